/** How much room a row gets. */
import { useLocalStorage } from '@mantine/hooks'

export const DENSITIES = ['comfortable', 'compact'] as const
export type Density = (typeof DENSITIES)[number]

export function useDensity() {
  return useLocalStorage<Density>({
    key: 'daybook-density',
    defaultValue: 'comfortable',
    getInitialValueInEffect: false,
  })
}
