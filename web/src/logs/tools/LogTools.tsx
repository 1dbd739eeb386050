/** What can be done with a list as a whole: views, order, columns, download. */
import { lazy } from 'react'
import { part } from '../../api/parts'
import { t } from '../../i18n'
import { useRights } from '../../session/rights'
import type { IconName } from '../../ui/Icon'
import { useColumns } from '../columns/useColumns'
import { useLogView } from '../LogView'
import { DEFAULT_SORT } from '../logState'
import { shownSort } from '../table/sort'
import { usePhone } from '../usePhone'
import { ToolMenu } from './ToolMenu'

const ColumnChooser = lazy(part(() => import('../columns/ColumnChooser')))
const DensityChoice = lazy(part(() => import('../columns/DensityChoice')))
const DownloadMenu = lazy(part(() => import('../download/DownloadMenu')))
const EvidenceMenu = lazy(part(() => import('../../evidence/EvidenceMenu')))
const SortMenu = lazy(part(() => import('../sort/SortMenu')))
const ToolList = lazy(part(() => import('./ToolList')))
const ViewsMenu = lazy(part(() => import('../views/ViewsMenu')))

export interface Tool {
  icon: IconName
  label: string
  /** Says that it is set to something out of the ordinary. */
  marked?: boolean
  show: (close: () => void) => React.ReactNode
}

export function LogTools() {
  const tools = useTools()
  if (usePhone()) {
    const marked = tools.some((tool) => tool.marked)
    return (
      <ToolMenu icon="more" label={t.list.tools} marked={marked}>
        {(close) => <ToolList tools={tools} onDone={close} />}
      </ToolMenu>
    )
  }
  return tools.map(({ show, ...tool }) => (
    <ToolMenu key={tool.icon} {...tool}>
      {show}
    </ToolMenu>
  ))
}

function useTools(): Tool[] {
  const { place, state } = useLogView()
  const { chosen } = useColumns()
  const { inspects } = useRights()
  const views: Tool = {
    icon: 'views',
    label: t.views.button,
    show: (close) => <ViewsMenu onDone={close} />,
  }
  const sort: Tool = {
    icon: 'sort',
    label: t.sort.button,
    marked: shownSort(state) !== DEFAULT_SORT,
    show: (close) => <SortMenu onDone={close} />,
  }
  const rows: Tool = {
    icon: 'menu',
    label: t.columnChooser.density,
    show: () => <DensityChoice />,
  }
  const columns: Tool = {
    icon: 'columns',
    label: t.columnChooser.button,
    marked: chosen,
    show: () => <ColumnChooser />,
  }
  const download: Tool = {
    icon: 'download',
    label: t.download.button,
    show: (close) => <DownloadMenu onDone={close} />,
  }
  const evidence: Tool = {
    icon: 'audit',
    label: t.pages.evidence,
    show: () => <EvidenceMenu />,
  }
  return [
    views,
    sort,
    place === 'requests' ? rows : columns,
    download,
    ...(place === 'audit' && inspects ? [evidence] : []),
  ]
}
