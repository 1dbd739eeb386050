/** An image of a message: drawn on demand when it came with the event, never fetched from elsewhere. */
import { Suspense, lazy, useState } from 'react'
import { part } from '../../api/parts'
import { t } from '../../i18n'
import { CopyButton } from '../../ui/CopyButton'
import { EventText } from '../../ui/EventText'
import { Icon } from '../../ui/Icon'
import type { ImageSource } from './parts'
import classes from './ImagePart.module.css'

const ImageDialog = lazy(part(() => import('./ImageDialog')))

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
  const [state, setState] = useState<'hidden' | 'shown' | 'large' | 'broken'>('hidden')
  if (state === 'broken') {
    return (
      <p className={classes.line}>
        <Icon name="image" size={14} /> {t.panel.imageBroken}
      </p>
    )
  }
  const isHidden = state === 'hidden'
  return (
    <>
      {!isHidden && (
        <img
          className={classes.picture}
          src={data}
          alt={t.panel.image}
          onError={() => setState('broken')}
        />
      )}
      <div className={classes.line}>
        <button
          type="button"
          className={classes.show}
          onClick={() => setState(isHidden ? 'shown' : 'hidden')}
        >
          <Icon name="image" size={14} /> {isHidden ? t.panel.showImage : t.panel.hideImage}
        </button>
        {!isHidden && (
          <button type="button" className={classes.show} onClick={() => setState('large')}>
            {t.panel.enlargeImage}
          </button>
        )}
      </div>
      {state === 'large' && (
        <Suspense>
          <ImageDialog data={data} onClose={() => setState('shown')} />
        </Suspense>
      )}
    </>
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
