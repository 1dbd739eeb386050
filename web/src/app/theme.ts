/** Mantine in the colours of `tokens.css`. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const ink: MantineColorsTuple = [
  '#ecf0fc',
  '#d5ddf7',
  '#b3c1f0',
  '#8ea4e8',
  '#6c88e1',
  '#4a6bd8',
  '#2c4fc4',
  '#2443ab',
  '#1d388f',
  '#172c70',
]

/** For what cannot be undone. */
const danger: MantineColorsTuple = [
  '#fcebec',
  '#f7d3d5',
  '#eeaaae',
  '#e37d83',
  '#d6565d',
  '#c7353d',
  '#b9242c',
  '#9d1c23',
  '#82161c',
  '#661116',
]

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 6, dark: 5 },
  colors: { ink, danger },
  fontFamily: 'var(--font-text)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { withArrow: false, fz: 12, transitionProps: { duration: 100 } } },
    Popover: { defaultProps: { transitionProps: { duration: 100 }, shadow: 'md' } },
    Menu: { defaultProps: { transitionProps: { duration: 100 } } },
    // Scroll locking would add a style element without our nonce; the page itself does not scroll.
    Modal: { defaultProps: { lockScroll: false, transitionProps: { duration: 120 } } },
  },
})

const shared = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-soft)',
  '--mantine-color-placeholder': 'var(--text-faint)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-anchor': 'var(--accent-text)',
  '--mantine-shadow-md': 'var(--shadow)',
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: shared,
  dark: {
    ...shared,
    '--mantine-color-dark-4': 'var(--line-strong)',
    '--mantine-color-dark-5': 'var(--hover)',
    '--mantine-color-dark-6': 'var(--raised)',
    '--mantine-color-dark-7': 'var(--surface)',
  },
})

/** The nonce the server put into the page, without which the content policy drops Mantine's styles. */
export function styleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')
  // Browsers hide the attribute once the policy is in force; the property keeps it.
  return meta?.nonce ?? ''
}
