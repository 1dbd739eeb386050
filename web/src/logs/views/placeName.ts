/** What people call a place. */
import { t } from '../../i18n'
import type { Place } from '../place'

export function placeName(place: Place): string {
  return place === 'requests' ? t.pages.requests : t.streams[place]
}
