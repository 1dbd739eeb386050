/** What can be done with a list as a whole: views, columns, download. */
import { lazy } from 'react'
import { t } from '../../i18n'
import { useColumns } from '../columns/useColumns'
import { useLogView } from '../LogView'
import { useRights } from '../../session/rights'
import { ToolMenu } from './ToolMenu'

const ColumnChooser = lazy(() => import('../columns/ColumnChooser'))
const DownloadMenu = lazy(() => import('../download/DownloadMenu'))
const EvidenceMenu = lazy(() => import('../../evidence/EvidenceMenu'))
const ViewsMenu = lazy(() => import('../views/ViewsMenu'))

export function LogTools() {
  const { place } = useLogView()
  const { chosen } = useColumns()
  const { inspects } = useRights()
  return (
    <>
      <ToolMenu icon="views" label={t.views.button}>
        {(close) => <ViewsMenu onDone={close} />}
      </ToolMenu>
      {place !== 'requests' && (
        <ToolMenu icon="columns" label={t.columnChooser.button} marked={chosen}>
          {() => <ColumnChooser />}
        </ToolMenu>
      )}
      <ToolMenu icon="download" label={t.download.button}>
        {(close) => <DownloadMenu onDone={close} />}
      </ToolMenu>
      {place === 'audit' && inspects && (
        <ToolMenu icon="audit" label={t.pages.evidence}>
          {() => <EvidenceMenu />}
        </ToolMenu>
      )}
    </>
  )
}
