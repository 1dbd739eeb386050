/** The routes. Everything but the pages of the gate asks for a session first. */
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  redirect,
} from '@tanstack/react-router'
import { page } from '../api/parts'
import { catalogueQuery, sessionQuery } from '../api/queries'
import type { Session } from '../api/types'
import { isStream } from '../catalogue/catalogue'
import type { RawSearch } from '../logs/logState'
import { opening } from '../logs/place'
import { needsSecondFactor, rememberSession, safeReturn } from '../session/session'
import { AppFrame } from './AppFrame'
import { ErrorPage, NotFoundPage } from './ErrorPage'
import { forRight } from './forRight'
import { parseSearch, stringifySearch } from './search'

interface Context {
  queryClient: QueryClient
}

const rootRoute = createRootRouteWithContext<Context>()({ notFoundComponent: NotFoundPage })

async function currentSession({ queryClient }: Context): Promise<Session | null> {
  const session = await queryClient.query({ ...sessionQuery, staleTime: 'static' })
  if (session !== null) rememberSession()
  return session
}

const readThen = (search: RawSearch): { then?: string } =>
  typeof search['then'] === 'string' ? { then: search['then'] } : {}

const gate = { getParentRoute: () => rootRoute, validateSearch: readThen } as const

const gateRoutes = [
  createRoute({
    ...gate,
    path: '/sign-in',
    component: lazyRouteComponent(
      page(() => import('../session/SignInPage')),
      'SignInPage',
    ),
  }),
  createRoute({
    ...gate,
    path: '/sign-up',
    component: lazyRouteComponent(
      page(() => import('../session/SignUpPage')),
      'SignUpPage',
    ),
  }),
  createRoute({
    ...gate,
    path: '/forgot-password',
    component: lazyRouteComponent(
      page(() => import('../session/ForgotPasswordPage')),
      'ForgotPasswordPage',
    ),
  }),
  createRoute({
    ...gate,
    path: '/ticket',
    component: lazyRouteComponent(
      page(() => import('../session/TicketPage')),
      'TicketPage',
    ),
  }),
  createRoute({
    ...gate,
    path: '/setup',
    component: lazyRouteComponent(
      page(() => import('../session/SetupPage')),
      'SetupPage',
    ),
  }),
  createRoute({
    ...gate,
    path: '/second-factor',
    beforeLoad: async ({ context, search }) => {
      const session = await currentSession(context)
      if (session === null) throw redirect({ to: '/sign-in', search })
      if (!needsSecondFactor(session)) throw redirect({ href: safeReturn(search.then) })
    },
    component: lazyRouteComponent(
      page(() => import('../session/SecondFactorPage')),
      'SecondFactorPage',
    ),
  }),
] as const

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const session = await currentSession(context)
    const search = location.href === '/' ? {} : { then: location.href }
    if (session === null) throw redirect({ to: '/sign-in', search })
    if (needsSecondFactor(session)) throw redirect({ to: '/second-factor', search })
  },
  loader: ({ context: { queryClient } }) =>
    queryClient.query({ ...catalogueQuery, staleTime: 'static' }),
  component: AppFrame,
  notFoundComponent: NotFoundPage,
})

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/logs/$stream', params: { stream: 'usage' }, replace: true })
  },
})

const logsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/logs',
  beforeLoad: () => {
    throw redirect({ to: '/logs/$stream', params: { stream: 'usage' }, replace: true })
  },
})

const streamRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/logs/$stream',
  validateSearch: (search: RawSearch): RawSearch => search,
  beforeLoad: ({ params, search }) => {
    if (!isStream(params.stream)) throw notFound()
    const asked = opening(params.stream, search)
    if (asked) throw redirect({ to: '/logs/$stream', params, search: asked, replace: true })
  },
  component: lazyRouteComponent(
    page(() => import('../logs/LogCenterPage')),
    'LogCenterPage',
  ),
})

const requestsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/requests',
  validateSearch: (search: RawSearch): RawSearch => search,
  component: lazyRouteComponent(
    page(() => import('../requests/RequestsPage')),
    'RequestsPage',
  ),
})

const timelineRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/timeline',
  validateSearch: (search: RawSearch): RawSearch => search,
  component: lazyRouteComponent(
    page(() => import('../timeline/TimelinePage')),
    'TimelinePage',
  ),
})

const compareRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/compare',
  validateSearch: (search: RawSearch): RawSearch => search,
  component: lazyRouteComponent(
    page(() => import('../compare/ComparePage')),
    'ComparePage',
  ),
})

const exportsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/downloads',
  component: lazyRouteComponent(
    page(() => import('../exports/ExportsPage')),
    'ExportsPage',
  ),
})

/** What it is called where plans and people speak of it. */
const exportsAlias = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/exports',
  beforeLoad: () => {
    throw redirect({ to: '/downloads', replace: true })
  },
})

const accountRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/account',
  component: lazyRouteComponent(
    page(() => import('../account/AccountPage')),
    'AccountPage',
  ),
})

const verifyRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/verify',
  component: forRight(
    'inspects',
    lazyRouteComponent(
      page(() => import('../evidence/VerifyPage')),
      'VerifyPage',
    ),
  ),
})

const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/users', replace: true })
  },
})

const usersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings/users',
  validateSearch: (search: RawSearch): RawSearch => search,
  component: forRight(
    'inspects',
    lazyRouteComponent(
      page(() => import('../settings/users/UsersPage')),
      'UsersPage',
    ),
  ),
})

const keysRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings/api-keys',
  component: forRight(
    'inspects',
    lazyRouteComponent(
      page(() => import('../settings/keys/KeysPage')),
      'KeysPage',
    ),
  ),
})

const signInSettingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings/sign-in',
  component: forRight(
    'inspects',
    lazyRouteComponent(
      page(() => import('../settings/signIn/SignInSettingsPage')),
      'SignInSettingsPage',
    ),
  ),
})

const providerRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings/sign-in/$providerId',
  component: forRight(
    'inspects',
    lazyRouteComponent(
      page(() => import('../settings/signIn/ProviderPage')),
      'ProviderPage',
    ),
  ),
})

const routeTree = rootRoute.addChildren([
  ...gateRoutes,
  signedInRoute.addChildren([
    homeRoute,
    logsRoute,
    streamRoute,
    requestsRoute,
    timelineRoute,
    compareRoute,
    exportsRoute,
    exportsAlias,
    accountRoute,
    verifyRoute,
    settingsRoute,
    usersRoute,
    keysRoute,
    signInSettingsRoute,
    providerRoute,
  ]),
])

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
