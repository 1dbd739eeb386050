/** Line icons on a 16 px grid, drawn in the colour of the text around them. */

const paths = {
  search: 'M7 12.2A5.2 5.2 0 1 0 7 1.8a5.2 5.2 0 0 0 0 10.4Zm3.8-1.4 3.7 3.7',
  refresh: 'M13.5 3v3.5H10M13.2 6.5a5.6 5.6 0 1 0 .3 3.2',
  clock: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 4.5V8l2.4 1.6',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  more: 'M2.4 8a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M7.4 8a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M12.4 8a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0',
  close: 'm4 4 8 8m0-8-8 8',
  down: 'm4 6 4 4 4-4',
  left: 'm10 3.5-4.5 4.5 4.5 4.5',
  right: 'm6 3.5 4.5 4.5L6 12.5',
  up: 'm4 10 4-4 4 4',
  copy: 'M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  link: 'M6.8 9.2a3 3 0 0 0 4.4.2l1.9-2a3 3 0 0 0-4.2-4.2l-1 1M9.2 6.8a3 3 0 0 0-4.4-.2l-1.9 2a3 3 0 0 0 4.2 4.2l1-1',
  id: 'M2 4h12v8H2zM5 6.5v3M7.5 6.5v3h1.2a1.5 1.5 0 0 0 0-3z',
  braces:
    'M6 2.5c-2 0-2 1-2 2.5S3.6 8 2.5 8C3.6 8 4 9.5 4 11s0 2.5 2 2.5M10 2.5c2 0 2 1 2 2.5s.4 3 1.5 3c-1.1 0-1.5 1.5-1.5 3s0 2.5-2 2.5',
  terminal: 'M2 3h12v10H2zM4.5 6l2 2-2 2M8.5 10.5h3',
  key: 'M5.2 10.8a2.9 2.9 0 1 0 0-5.8 2.9 2.9 0 0 0 0 5.8ZM8 8h6v2.5M11.5 8v2',
  person:
    'M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8Zm-5.5 6c.3-2.8 2.5-4.2 5.5-4.2s5.2 1.4 5.5 4.2',
  gear: 'M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M12.6 3.4l-1.4 1.4M4.8 11.2l-1.4 1.4',
  requests: 'M2 2.8h9v6H6.2L3.8 11V8.8H2zM12.5 5.8H14v5.5h-1.5v2l-2.2-2H7.2',
  audit: 'M3.5 1.8h6l3 3v9.4h-9zM9.2 1.8v3.2h3.2M5.8 9.5l1.5 1.5 2.9-3',
  usage: 'M2 13.5h12M3.8 11V7.5M7 11V3M10.2 11V6M13 11V4.5',
  auth: 'M4 7.2h8v6.5H4zM5.5 7.2V5a2.5 2.5 0 0 1 5 0v2.2M8 9.8v1.5',
  system: 'M2 8h2.8l1.7-4.8 3 9.6L11.2 8H14',
  menu: 'M2 4h12M2 8h12M2 12h12',
  sidebar: 'M2 3h12v10H2zM6 3v10',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
  moon: 'M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1Z',
  signOut: 'M6 2.5H2.5v11H6M10.5 5l3 3-3 3M13.5 8H6',
  alert: 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.3v.4',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.5M7 6.5h.5M10 6.5h.5M12 9.5h0M5 9.5h6',
  zoomOut: 'M7 12.2A5.2 5.2 0 1 0 7 1.8a5.2 5.2 0 0 0 0 10.4Zm3.8-1.4 3.7 3.7M4.8 7h4.4',
  columns: 'M2 3h12v10H2zM6 3v10M10 3v10',
  sort: 'M5 3v10M2.5 10.5 5 13l2.5-2.5M11 13V3M8.5 5.5 11 3l2.5 2.5',
  grip: 'M6 4h.1M6 8h.1M6 12h.1M10 4h.1M10 8h.1M10 12h.1',
  views: 'M4 2h8v12l-4-3-4 3z',
  pen: 'm10.5 3 2.5 2.5-7.2 7.2-3.2.7.7-3.2z',
  download: 'M8 2.5v7.5M4.5 7 8 10.5 11.5 7M3 13.5h10',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5v9l7-4.5z',
  timeline: 'M2 8h12M4.5 8V5M8 8v3M11.5 8V5',
  compare: 'M2.5 3h4.5v10H2.5zM9 3h4.5v10H9zM8 1.5v13',
  image: 'M2 3h12v10H2zM2.5 11l3.2-3.5 2.5 2.5 2-1.8L13.5 11M10.5 6h.1',
  tool: 'M9.5 6.5 3 13M13.8 4.2a3 3 0 0 1-4 3.2 3 3 0 0 1 2.6-5.2L10.8 4l1.2 1.2z',
  thought:
    'M8 2a4.2 4.2 0 0 0-2.6 7.5c.5.5.8 1 .8 1.7h3.6c0-.7.3-1.2.8-1.7A4.2 4.2 0 0 0 8 2ZM6.4 13.8h3.2',
  book: 'M3 2h10v12H3zM5.5 2v12M7.8 5.5h3M7.8 8h3',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
      focusable={false}
    >
      <path d={paths[name]} />
    </svg>
  )
}
