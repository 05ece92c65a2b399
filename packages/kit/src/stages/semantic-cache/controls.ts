import type { IncomingHttpHeaders } from 'node:http'
import { narrower, SHARES, type Share } from '../../cache/scope.ts'
import { invalid } from '../../wire/json.ts'
import { CACHE_MODES, type CacheMode, type WholePolicy } from './policy.ts'

/** What a client asks of the cache, once its policy has had its say: it can only ask for less. */
export interface Controls {
  readonly policy: WholePolicy
  /** What is there already is not served; the fresh answer takes its place. */
  readonly noCache: boolean
  /** Nothing is served, and nothing kept. */
  readonly noStore: boolean
  /** The provider is not to be asked. */
  readonly onlyIfCached: boolean
  /** The oldest answer that it takes, and its policy gives, ms: who kept one may have had another policy. */
  readonly maxAgeMs: number
  readonly tags: readonly string[]
}

const MODE = 'x-tollgate-cache-mode'
const SCOPE = 'x-tollgate-cache-scope'
const DELTA = 'x-tollgate-cache-delta'
const TAGS = 'x-tollgate-cache-tags'

const MAX_TAGS = 16
const MAX_TAG_LENGTH = 64

/**
 * Read what a client says of the cache: https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1 and headers of our own.
 *
 * @throws TollgateError `invalid_request` for a header of ours that says nothing.
 */
export function readControls(headers: IncomingHttpHeaders, policy: WholePolicy): Controls {
  const directives = cacheControl(headers['cache-control'])
  const maxAge = directives.get('max-age')
  return {
    policy: {
      ...policy,
      mode: lesser(policy.mode, wordOf(headers, MODE, CACHE_MODES)),
      share: narrower(policy.share, wordOf<Share>(headers, SCOPE, SHARES)),
      delta: Math.min(policy.delta, deltaOf(headers)),
    },
    noCache: directives.has('no-cache') || maxAge === '0',
    noStore: directives.has('no-store'),
    onlyIfCached: directives.has('only-if-cached'),
    maxAgeMs:
      maxAge !== undefined && /^\d{1,10}$/.test(maxAge)
        ? Math.min(Number(maxAge) * 1_000, policy.ttlMs)
        : policy.ttlMs,
    tags: tagsOf(headers),
  }
}

const NO_DIRECTIVES: ReadonlyMap<string, string> = new Map()

function cacheControl(header: string | undefined): ReadonlyMap<string, string> {
  if (header === undefined) return NO_DIRECTIVES
  const directives = header.toLowerCase().split(',')
  return new Map(
    directives.map((directive) => {
      const [name = '', value = ''] = directive.split('=')
      return [name.trim(), value.trim().replaceAll('"', '')]
    }),
  )
}

function lesser(mode: CacheMode, asked: CacheMode | undefined): CacheMode {
  return asked && CACHE_MODES.indexOf(asked) < CACHE_MODES.indexOf(mode) ? asked : mode
}

function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value.trim() : value?.join(',')
}

function wordOf<Word extends string>(
  headers: IncomingHttpHeaders,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = textOf(headers, name)
  if (text === undefined) return undefined
  const word = words.find((one) => one === text.toLowerCase())
  if (word) return word
  throw invalid(name, `\`${name}\` is one of ${words.join(', ')}.`)
}

function deltaOf(headers: IncomingHttpHeaders): number {
  const text = textOf(headers, DELTA)
  if (text === undefined) return 1
  const delta = /^0?\.\d{1,6}$/.test(text) ? Number(text) : 0
  if (delta > 0) return delta
  throw invalid(DELTA, `\`${DELTA}\` is the share of wrong answers that you accept: 0.01, say.`)
}

function tagsOf(headers: IncomingHttpHeaders): string[] {
  const text = textOf(headers, TAGS)
  if (text === undefined) return []
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  if (tags.length > MAX_TAGS || tags.some((tag) => tag.length > MAX_TAG_LENGTH))
    throw invalid(TAGS, `\`${TAGS}\` names at most ${MAX_TAGS} tags of ${MAX_TAG_LENGTH} characters each.`)
  return [...new Set(tags)].sort()
}
