/** Shows that the server is out of reach, for as long as it is. */
import { useConnection } from '../api/connection'
import { t } from '../i18n'
import { Icon } from '../ui/Icon'
import classes from './ConnectionBanner.module.css'

export function ConnectionBanner() {
  const connection = useConnection()
  return (
    <div role="status" className={classes.region}>
      {connection === 'lost' && (
        <div className={classes.banner}>
          <Icon name="alert" />
          {t.errors.offline}
        </div>
      )}
    </div>
  )
}
