/** Every text of the interface, in English. Another language is a file of the same shape. */
import { formatNumber } from '../format/number'
import { account } from './enAccount'
import { event } from './enEvent'
import { gate } from './enGate'
import { logs } from './enLogs'
import { requests } from './enRequests'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export const en = {
  locale: 'en',

  /** Days as lists and headings name them; months count from 1. */
  days: {
    today: 'Today',
    yesterday: 'Yesterday',
    heading: (day: number, month: number, year?: number) =>
      `${MONTHS[month - 1] ?? ''} ${day}${year === undefined ? '' : `, ${year}`}`,
    short: (day: number, month: number, year?: number) =>
      `${String(day).padStart(2, '0')} ${MONTHS[month - 1] ?? ''}${year === undefined ? '' : ` ${year}`}`,
    month: (month: number, year: number) => `${MONTHS[month - 1] ?? ''} ${year}`,
    year: (year: number) => `${year}`,
  },

  /** Words of enumerations that read better than their names. */
  words: {} as Record<string, string | undefined>,

  app: {
    name: 'Daybook',
    skip: 'Skip to the page',
    navigation: 'Main navigation',
    logs: 'Logs',
    settings: 'Settings',
    collapse: 'Collapse navigation',
    expand: 'Expand navigation',
    openMenu: 'Open navigation',
    closeMenu: 'Close navigation',
    demo: 'Demo',
    demoHint: 'Generated data in a throw-away directory',
    account: (email: string) => `Account of ${email}`,
    signOut: 'Sign out',
    theme: 'Appearance',
    themes: { light: 'Light', dark: 'Dark', auto: 'System' },
    language: 'Language',
    shortcuts: 'Keyboard shortcuts',
    version: (version: string) => `Version ${version}`,
  },

  roles: {
    super_admin: 'Super admin',
    billing_admin: 'Billing admin',
    auditor: 'Auditor',
    user: 'User',
  },

  pages: {
    requests: 'Requests',
    exports: 'Downloads',
    account: 'My account',
    users: 'Users & roles',
    keys: 'API keys',
    signIn: 'Sign-in',
    verify: 'Verify',
    evidence: 'Evidence',
  },

  streams: {
    audit: 'Audit',
    usage: 'Usage logs',
    auth: 'Authentication logs',
    system: 'System events',
  },

  requests,

  gate,

  account,

  /** How long something takes: the largest unit that says it well. */
  durations: {
    seconds: (count: number) => `${formatNumber(count)} ${count === 1 ? 'second' : 'seconds'}`,
    minutes: (count: number) => `${formatNumber(count)} ${count === 1 ? 'minute' : 'minutes'}`,
    hours: (count: number) => `${formatNumber(count)} ${count === 1 ? 'hour' : 'hours'}`,
  },

  /** Beside a number. */
  units: { ms: 'ms', s: 's', min: 'min', h: 'h', d: 'd', tokens: 'tokens' },

  ask: {
    cancel: 'Cancel',
    close: 'Close',
    done: 'Done',
    save: 'Save',
    saved: 'Saved',
    copy: 'Copy',
    loading: 'Loading …',
  },

  errors: {
    retry: 'Try again',
    reset: 'Reset the view',
    removeFilter: (field: string) => `Remove the filter on ${field}`,
    title: 'The events could not be loaded',
    event: 'The event could not be loaded',
    badQuery: 'This view asks for something Daybook does not know',
    forbidden: 'Not for your role',
    forbiddenHint: 'Ask an administrator for a role that may read these logs.',
    pageForbidden:
      'Your account is in order, but its role may not open this page. If you need it, ask an administrator for another role.',
    notFound: 'There is no page at this address',
    notFoundHint: 'Check the address, or go to the logs.',
    toLogs: 'Go to the logs',
    crashed: 'This page failed to draw',
    crashedHint: 'Load it again. If it fails again, tell your administrator what is written here:',
    reload: 'Load again',
    throttled: (wait: string) => `Too many attempts. Wait ${wait}, then try again.`,
    server: 'Daybook answered with an error. Try again; if it stays, look at the server’s log.',
    busy: 'Daybook is busy or starting. It is worth trying again in a moment.',
    requestId: (id: string) => `Request ${id}`,
    offline: 'Connection to Daybook lost. Trying again …',
    outage: 'No connection to the server',
    outageHint: 'This page opens by itself as soon as Daybook answers again.',
    copyFailed: 'The browser did not allow copying.',
    /** What is wrong with a part of a query: its name, and what the server would take. */
    parameters: {
      order: () => 'The range must end after it starts.',
      time: (name: string) =>
        `“${name}” needs a time, such as 2026-03-14T12:00:00Z, or -24h for 24 hours ago.`,
      between: (name: string, least: string, most: string) =>
        `“${name}” needs a whole number from ${least} to ${most}.`,
      number: (name: string) => `“${name}” needs a number.`,
      presence: (name: string) => `“${name}” needs true or false.`,
      oneOf: (name: string, words: string) => `“${name}” needs one of these: ${words}.`,
      field: (name: string) => `These events have no field “${name}”.`,
      unknown: (name: string) => `“${name}” cannot be asked for here.`,
      sort: (_: string, field: string) => `These events cannot be sorted by “${field}”.`,
      operator: (name: string) => `“${name}” cannot be compared like this.`,
      twice: (name: string) => `“${name}” stands here twice; once is meant.`,
      tooLong: (name: string, most: string) => `“${name}” is too long: at most ${most} bytes.`,
      tooMany: (name: string, most: string) => `“${name}” has too many values: at most ${most}.`,
    } satisfies Record<string, (name: string, first: string, second: string) => string>,
    /** By the code of an answer, where its own words do not do; they can be part of it. */
    codes: {
      forbidden: (detail: string) => `Not for your role: ${detail}.`,
    } as Record<string, ((detail: string) => string) | undefined>,
  },

  shortcuts: {
    title: 'Keyboard shortcuts',
    search: 'Focus the search',
    next: 'Next event',
    previous: 'Previous event',
    nextPage: 'Next page',
    previousPage: 'Previous page',
    open: 'Open the marked event, close an open request',
    close: 'Close the panel or leave the search',
    filter: 'Add a filter',
    copyLink: 'Copy the link of the open or marked event',
    copyCurl: 'Copy its curl command',
    compare: 'Mark it for comparison, or compare',
    include: 'On the value in focus: filter for it',
    exclude: 'On the value in focus: exclude it',
    arrows: 'Go through a menu',
    refresh: 'Refresh',
    auto: 'Auto on or off',
    live: 'Live on or off',
    help: 'Show this list',
    click: 'On a value: filter for it',
    altClick: 'On a value: exclude it',
    clickKey: 'Click',
    characters: 'Use the keys that are one character',
    closeHelp: 'Close',
  },

  ...logs,
  ...event,
}

export type Messages = typeof en
