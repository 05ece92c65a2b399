import type { HostPassing } from '../hosting.ts'
import { isClosed } from './closed-paths.ts'
import { freeRequests } from './free-paths.ts'
import type { PassedProvider } from './http-provider.ts'
import type { Passage } from './passage.ts'
import { tariffOf } from './tariff.ts'
import { UPLOADS, uploadBase } from './uploads.ts'
import { VERSION, VERSION_AT_END, withoutVersions } from './version.ts'

/** A provider, and everything about it that is known before anybody asks. */
export interface Door {
  readonly provider: PassedProvider
  /** The paths of its dialect are found here by themselves: `first`, or where nobody is that takes them first. */
  readonly ownPaths: 'first' | 'else' | 'none'
  /** @param query with its question mark. Undefined for what nobody is passed through to. */
  passage(method: string, path: string, query: string): Passage | undefined
}

/** @throws RangeError when a meter is for no path. */
export function doorOf(provider: PassedProvider): Door {
  const passing = 'hosting' in provider ? provider.hosting?.passing : undefined
  return passing ? hostedDoor(provider, passing) : plainDoor(provider)
}

function plainDoor(provider: PassedProvider): Door {
  const { dialect, baseUrl, meters = {} } = provider
  const [version = ''] = VERSION_AT_END.exec(baseUrl) ?? []
  const below = (path: string) => {
    const [root = ''] = (dialect === 'gemini' && UPLOADS.exec(path)) || []
    const rest = path.slice(root.length)
    // Google's clients name a version of their own, which differs from release to release: the operator's stands.
    const named = dialect === 'gemini' ? (VERSION.exec(rest)?.[0] ?? '') : version
    return root + (version !== '' && rest.startsWith(`${named}/`) ? rest.slice(named.length) : rest)
  }
  const tariff = tariffOf(meters, below)
  const free = dialect === 'http' ? [] : freeRequests(dialect)

  return {
    provider,
    ownPaths: dialect === 'http' ? 'none' : 'first',
    passage(method, asked, query) {
      const path = below(asked)
      const place = withoutVersions(path)
      if (place === '' || (dialect !== 'http' && isClosed(dialect, place))) return undefined
      const isFree = free.some(({ methods, paths }) => methods.includes(method) && paths.test(place))
      const cost = tariff(method, path) ?? costOf(provider, isFree)
      if (dialect !== 'gemini' || !UPLOADS.test(path)) return { provider, baseUrl, path: path + query, cost }
      const uploaded = path.replace(UPLOADS, '')
      return { provider, baseUrl: uploadBase(baseUrl), path: uploaded + query, cost, uploads: true }
    },
  }
}

function hostedDoor(provider: PassedProvider, passing: HostPassing): Door {
  const { open, nameOf, address, heldBytes, ownPaths = false } = passing
  const tariff = tariffOf(provider.meters ?? {}, nameOf)
  return {
    provider,
    ownPaths: ownPaths ? 'else' : 'none',
    passage(method, path, query) {
      const name = nameOf(path)
      const row = open.find(({ methods, paths }) => methods.includes(method) && paths.test(name))
      if (!row) return undefined
      const cost = tariff(method, name) ?? costOf(provider, row.free === true)
      const held = heldBytes === undefined ? {} : { heldBytes }
      return { provider, ...address({ path, name, query }), cost, ...held }
    },
  }
}

/** Where no meter is meant for a path by itself. */
function costOf({ billing, meter }: PassedProvider, isFree: boolean): Passage['cost'] {
  return billing === 'none' || isFree ? 'nothing' : (meter ?? 'unknown')
}
