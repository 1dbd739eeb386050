/** The routes. Everything but sign-in and set-up asks for a session first. */
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  redirect,
} from '@tanstack/react-router'
import { catalogueQuery, sessionQuery } from '../api/queries'
import { isStream } from '../catalogue/catalogue'
import type { RawSearch } from '../logs/logState'
import { AppFrame } from './AppFrame'
import { ErrorPage, NotFoundPage } from './ErrorPage'
import { parseSearch, stringifySearch } from './search'

interface Context {
  queryClient: QueryClient
}

const rootRoute = createRootRouteWithContext<Context>()({ notFoundComponent: NotFoundPage })

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: RawSearch): { then?: string } =>
    typeof search['then'] === 'string' ? { then: search['then'] } : {},
  component: lazyRouteComponent(() => import('../session/SignInPage'), 'SignInPage'),
})

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: lazyRouteComponent(() => import('../session/SetupPage'), 'SetupPage'),
})

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ context: { queryClient }, location }) => {
    const session = await queryClient.query({ ...sessionQuery, staleTime: 'static' })
    if (session === null) {
      const then = location.href === '/' ? {} : { then: location.href }
      throw redirect({ to: '/sign-in', search: then })
    }
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
  beforeLoad: ({ params }) => {
    if (!isStream(params.stream)) throw notFound()
  },
  component: lazyRouteComponent(() => import('../logs/LogCenterPage'), 'LogCenterPage'),
})

const routeTree = rootRoute.addChildren([
  signInRoute,
  setupRoute,
  signedInRoute.addChildren([homeRoute, logsRoute, streamRoute]),
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
