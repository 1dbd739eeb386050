/** The zone in which the reader wants to see times; the same on every page. */
import { useLocalStorage } from '@mantine/hooks'
import type { Zone } from '../format/time'

export function useZone() {
  return useLocalStorage<Zone>({
    key: 'daybook-zone',
    defaultValue: 'utc',
    getInitialValueInEffect: false,
  })
}
