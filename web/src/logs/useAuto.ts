/** Whether lists look for new events by themselves: kept from page to page, but not to the next visit. */
import { useSessionStorage } from '@mantine/hooks'

export const AUTO_MS = 10_000

export function useAuto() {
  return useSessionStorage({
    key: 'daybook-auto',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
}
