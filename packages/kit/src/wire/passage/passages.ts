import type { IncomingMessage } from 'node:http'
import { type Dialect, dialectOf } from '../../core/dialect.ts'
import { slot } from '../../core/slot.ts'
import { CALL_SUFFIXES } from '../formats.ts'
import { call, pathOf } from '../receive.ts'
import { isClosed } from './closed-paths.ts'
import { isFree } from './free-paths.ts'
import type { PassedProvider } from './http-provider.ts'
import type { Meter } from './meter.ts'
import { plainPath } from './path.ts'
import { tariffOf } from './tariff.ts'

/** A request that is no call of a model, on its way to a provider. */
export interface Passage {
  readonly provider: PassedProvider
  /** Below the provider's base URL, with the query: what is sent. */
  readonly path: string
  /** What it costs: by a meter, nothing, or nobody knows. */
  readonly cost: Meter | 'nothing' | 'unknown'
}

/** Where requests go that are no calls of models. */
export interface Passages {
  /** Where a request goes; undefined for a call of a model, and for what nobody is passed through to. */
  resolve(req: IncomingMessage): Passage | undefined
}

export interface ProviderPassagesOptions {
  /** Reached by `/{name}/…`; the first of a dialect also by that dialect's own paths, `/v1/files`. */
  readonly providers: readonly PassedProvider[]
}

/** Those that every server takes for what they are; TRACE would show a client what is sent in its name. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const VERSION = /^\/v\d+(?:alpha|beta)?\d*(?=\/|$)/
const VERSION_OF_MOUNT = /\/v\d+(?:alpha|beta)?\d*$/

/**
 * Everything that providers offer besides calls of models: files, batches, fine-tuning, and all of an API that serves no
 * models. A provider whose host has addresses and credentials of its own (Azure, Vertex, Bedrock) is not passed through to.
 *
 * @throws RangeError when a meter is for no path.
 */
export function providerPassages({ providers }: ProviderPassagesOptions): Passages {
  const doors = providers.filter((provider) => !('hosting' in provider && provider.hosting)).map(doorOf)
  const byName = new Map(doors.map((door) => [door.provider.name, door]))

  return {
    resolve(req) {
      const { method = '' } = req
      const url = urlUnderMount(req)
      const [, name = ''] = url.split('/', 2)
      const named = byName.get(name)
      // Whoever names an API that serves no models means it, however its paths end.
      if (named?.provider.dialect !== 'http' && isCall(pathOf(req))) return undefined
      const plain = METHODS.has(method) ? plainPath(url) : undefined
      if (!plain) return undefined
      const path = named ? plain.path.slice(name.length + 1) : plain.path
      const door = named ?? doors.find(({ provider }) => provider.dialect === dialectAt(req, path))
      return door && path !== '' ? door.passage(method, path, plain.query) : undefined
    },
  }
}

/** Where this request goes, told once: whoever asks next gets the same. No stage reads its body as a call's any more. */
export function passageOf(req: IncomingMessage, passages: Passages): Passage | undefined {
  if (passage.given(req)) return passage.peek(req)
  const found = passages.resolve(req)
  passage.set(req, found)
  if (found && !call.given(req)) call.set(req, undefined)
  return found
}

/** Where a request is passed through to; undefined for a call of a model. */
export const passage = slot<Passage | undefined>()('passage', 'tier-check, budget-reserve or provider-proxy')

const callEndings = CALL_SUFFIXES.map((suffix) => suffix.toLowerCase())

/** A call of a model, in whatever case: some servers make no difference, and it is metered by its tokens or not at all. */
function isCall(path: string): boolean {
  const lower = path.toLowerCase()
  return callEndings.some((ending) => lower.endsWith(ending))
}

/** The dialect that a path is of by itself; undefined where it begins with no version. */
function dialectAt(req: IncomingMessage, path: string): Dialect | undefined {
  const [version] = VERSION.exec(path) ?? []
  if (version === undefined) return undefined
  return /beta|alpha/.test(version) ? 'gemini' : dialectOf(req)
}

/** A request's URL below where its host has mounted us; a version at the end of that belongs to the path. */
function urlUnderMount(req: IncomingMessage): string {
  const { url = '', originalUrl = url } = req as { url?: string; originalUrl?: string }
  if (!originalUrl.endsWith(url)) return originalUrl
  const mount = originalUrl.slice(0, originalUrl.length - url.length)
  return (VERSION_OF_MOUNT.exec(mount)?.[0] ?? '') + url
}

interface Door {
  readonly provider: PassedProvider
  passage(method: string, path: string, query: string): Passage | undefined
}

/** A provider, and everything about it that is known before anybody asks. */
function doorOf(provider: PassedProvider): Door {
  const { dialect, baseUrl, billing, meter, meters = {} } = provider
  const [version = ''] = VERSION_OF_MOUNT.exec(baseUrl) ?? []
  const below = (path: string) =>
    version !== '' && path.startsWith(`${version}/`) ? path.slice(version.length) : path
  const tariff = tariffOf(meters, below)

  const costOf = (method: string, path: string): Passage['cost'] => {
    const own = tariff(method, path)
    if (own) return own
    if (billing === 'none') return 'nothing'
    if (dialect !== 'http' && isFree(dialect, method, withoutVersions(path))) return 'nothing'
    return meter ?? 'unknown'
  }
  return {
    provider,
    passage(method, asked, query) {
      const path = below(asked)
      const place = withoutVersions(path)
      if (place === '' || (dialect !== 'http' && isClosed(dialect, place))) return undefined
      return { provider, path: path + query, cost: costOf(method, path) }
    },
  }
}

function withoutVersions(path: string): string {
  let rest = path
  while (VERSION.test(rest)) rest = rest.replace(VERSION, '')
  return rest
}
