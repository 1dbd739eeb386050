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
    copyFailed: 'The browser did not allow copying.',
  },

  shortcuts: {
    title: 'Keyboard shortcuts',
    search: 'Focus the search',
    next: 'Next event',
    previous: 'Previous event',
    open: 'Open the marked event',
    close: 'Close the panel or leave the search',
    help: 'Show this list',
    click: 'On a value: filter for it',
    altClick: 'On a value: exclude it',
    closeHelp: 'Close',
  },

  ...logs,
  ...event,
}

export type Messages = typeof en
