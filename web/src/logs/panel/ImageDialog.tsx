/** An image of a message as large as the window has room for. */
import { Modal } from '@mantine/core'
import { t } from '../../i18n'
import classes from './ImagePart.module.css'

export default function ImageDialog({ data, onClose }: { data: string; onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      size="auto"
      title={t.panel.image}
      closeButtonProps={{ 'aria-label': t.ask.close }}
      centered
    >
      <img className={classes.large} src={data} alt={t.panel.image} />
    </Modal>
  )
}
