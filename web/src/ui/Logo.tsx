/** A ruled page with its margin line: the book of first entry. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable={false}>
      <rect x="3" y="2" width="26" height="28" rx="6" fill="var(--accent)" />
      <path d="M10 2v28" stroke="#fff" strokeOpacity=".55" strokeWidth="2" />
      <path
        d="M14.5 10.5h9M14.5 16h9M14.5 21.5h5.500"
        stroke="#fff"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  )
}
