/** An image of a message: drawn on demand when it came with the event, never fetched from elsewhere. */
import { useState } from 'react'
import { t } from '../../i18n'
import { CopyButton } from '../../ui/CopyButton'
import { EventText } from '../../ui/EventText'
import { Icon } from '../../ui/Icon'
import type { ImageSource } from './parts'
import classes from './ImagePart.module.css'

/** Formats that are pixels and nothing else. */
const DRAWABLE = /^data:image\/(png|jpeg|gif|webp|avif);base64,/

export function ImagePart({ source }: { source: ImageSource }) {
  if ('address' in source) return <RemoteImage address={source.address} />
  return DRAWABLE.test(source.data) ? (
    <InlineImage data={source.data} />
  ) : (
    <p className={classes.line}>
      <Icon name="image" size={14} /> {t.panel.imageUnknown}
    </p>
  )
}

function InlineImage({ data }: { data: string }) {
  const [state, setState] = useState<'hidden' | 'shown' | 'broken'>('hidden')
  if (state === 'shown') {
    return (
      <img
        className={classes.picture}
        src={data}
        alt={t.panel.image}
        onError={() => setState('broken')}
      />
    )
  }
  return state === 'broken' ? (
    <p className={classes.line}>
      <Icon name="image" size={14} /> {t.panel.imageBroken}
    </p>
  ) : (
    <button type="button" className={classes.show} onClick={() => setState('shown')}>
      <Icon name="image" size={14} /> {t.panel.showImage}
    </button>
  )
}

function RemoteImage({ address }: { address: string }) {
  return (
    <p className={classes.line}>
      <Icon name="image" size={14} /> {t.panel.imageElsewhere}
      <code>
        <EventText value={address} />
      </code>
      <CopyButton text={() => address} label={t.panel.copyAddress} />
    </p>
  )
}
