import type { IncomingMessage } from 'node:http'
import { type Dialect, dialectOf } from '../../core/dialect.ts'
import { slot } from '../../core/slot.ts'
import { CALL_SUFFIXES } from '../formats.ts'
import { call, pathOf } from '../receive.ts'
import { type Door, doorOf } from './door.ts'
import type { PassedProvider } from './http-provider.ts'
import type { Passage } from './passage.ts'
import { plainPath } from './path.ts'
import { UPLOADS } from './uploads.ts'
import { VERSION, VERSION_AT_END } from './version.ts'

export type { Passage } from './passage.ts'

/** Where requests go that are no calls of models. */
export interface Passages {
  /** Everybody whom they may go to: what stages have to be mounted follows from them. */
  readonly providers?: readonly PassedProvider[]
  /** Where a request goes; undefined for a call of a model, and for what nobody is passed through to. */
  resolve(req: IncomingMessage): Passage | undefined
}

export interface ProviderPassagesOptions {
  /** Reached by `/{name}/…`; the first of a dialect also by that dialect's own paths, `/v1/files`. */
  readonly providers: readonly PassedProvider[]
}

/** Those that every server takes for what they are; TRACE would show a client what is sent in its name. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/**
 * Everything that providers offer besides calls of models: files, batches, fine-tuning, and all of an API that serves no
 * models. A provider whose host has addresses and credentials of its own (Azure, Vertex, Bedrock) is passed through to as that says.
 *
 * @throws RangeError when a meter is for no path.
 */
export function providerPassages({ providers }: ProviderPassagesOptions): Passages {
  const doors = providers.filter(isReachable).map(doorOf)
  const byName = new Map(doors.map((door) => [door.provider.name, door]))
  const byPath = (['first', 'else'] as const).flatMap((when) =>
    doors.filter(({ ownPaths }) => ownPaths === when),
  )

  return {
    providers,
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
      const door: Door | undefined =
        named ?? byPath.find(({ provider }) => provider.dialect === dialectAt(req, path))
      return door && path !== '' ? door.passage(method, path, plain.query) : undefined
    },
  }
}

/** Whoever has a host is called as that says, or not at all. */
function isReachable(provider: PassedProvider): boolean {
  return !('hosting' in provider && provider.hosting && !provider.hosting.passing)
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

/**
 * A call of a model, in whatever case, and however its colon is written: some servers make no difference, and it is metered
 * by its tokens or not at all.
 */
function isCall(path: string): boolean {
  const lower = path.toLowerCase().replaceAll('%3a', ':')
  return callEndings.some((ending) => lower.endsWith(ending))
}

/** The dialect that a path is of by itself; undefined where it begins with no version. */
function dialectAt(req: IncomingMessage, path: string): Dialect | undefined {
  const isUpload = UPLOADS.test(path)
  const [version] = VERSION.exec(path.replace(UPLOADS, '')) ?? []
  if (version === undefined) return undefined
  if (isUpload) return 'gemini'
  return /beta|alpha/.test(version) ? 'gemini' : dialectOf(req)
}

/** A request's URL below where its host has mounted us; a version at the end of that belongs to the path. */
function urlUnderMount(req: IncomingMessage): string {
  const { url = '', originalUrl = url } = req as { url?: string; originalUrl?: string }
  if (!originalUrl.endsWith(url)) return originalUrl
  const mount = originalUrl.slice(0, originalUrl.length - url.length)
  return (VERSION_AT_END.exec(mount)?.[0] ?? '') + url
}
