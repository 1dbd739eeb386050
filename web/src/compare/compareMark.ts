/** The event that waits to be compared with another one, until the browser's tab is closed. */
import { useSessionStorage } from '@mantine/hooks'

/** `usage/01990d5e` */
export function useCompareMark() {
  return useSessionStorage({
    key: 'daybook-compare',
    defaultValue: '',
    getInitialValueInEffect: false,
  })
}
