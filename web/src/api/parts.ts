/**
 * Pages, and parts of pages, that are loaded when they are needed. That the server is out of reach just then is an
 * outage like any other. Since browsers keep the failure of a module, it is not tried again in the same document.
 */
import { currentConnection, isReachable, lose, reconnected } from './connection'
import { UnloadedError } from './errors'

type Load<Module> = () => Promise<Module>

/** A page fails, so that the outage is told in its place. */
export function page<Module>(load: Load<Module>): Load<Module> {
  let unloaded: UnloadedError | undefined
  return async () => {
    if (unloaded) throw unloaded
    try {
      return await load()
    } catch (cause) {
      // A server that answers has another build by now, or the page is broken: a failure of another kind.
      if (await isReachable()) throw cause
      lose()
      unloaded = new UnloadedError('a part of the page could not be loaded', { cause })
      throw unloaded
    }
  }
}

/** What is a part of a page leaves it as it is while the server is out of reach, and fails when it is back. */
export function part<Module>(load: Load<Module>): Load<Module> {
  const loaded = page(load)
  return async () => {
    try {
      return await loaded()
    } catch (error) {
      if (error instanceof UnloadedError && currentConnection() === 'lost') await reconnected()
      throw error
    }
  }
}
