/** Whether the screen is so small that what is needed now and then stands behind a menu. */
import { useMediaQuery } from '@mantine/hooks'

export function usePhone(): boolean {
  return useMediaQuery('(max-width: 560px)', false, { getInitialValueInEffect: false })
}
