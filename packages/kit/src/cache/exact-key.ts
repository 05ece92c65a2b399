import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import { accountPath, type Principal } from '../directory/principal.ts'
import { type Deployment, modelBehind } from '../wire/provider.ts'
import type { ReceivedCall } from '../wire/received-call.ts'
import { withOrdinalIds } from './call-ids.ts'
import { type Canonical, canonical, fieldsIn } from './canonical.ts'
import type { CacheScope } from './entry.ts'
import { keyedDigest } from './keyed-digest.ts'
import { lastUserText } from './last-user-text.ts'

/** Everything that an answer depends on. Fields of the body that nobody here knows are among it: they may change it. */
export interface KeyFacts {
  readonly scope: CacheScope
  readonly received: ReceivedCall
  /** Who answers, after routing. */
  readonly deployment: Deployment
  readonly headers: IncomingHttpHeaders
  readonly tags: readonly string[]
  /** What else the route's answers depend on: the version of the documents that its prompts quote, say. */
  readonly vary: readonly string[]
}

/** The key of a request, and of all requests that differ from it in nothing but the last thing their user says. */
export interface ExactKey {
  /** Opaque: a digest of the scope, then one of everything. */
  readonly id: string
  /** Made only when it is asked for, which exact hits never do; undefined where the last message is not the user's text. */
  semantic(): SemanticKey | undefined
  /**
   * Something was found under it: whoever asks the same sends the same bytes as a rule, and to find those again takes a fraction of
   * what it takes to read them.
   */
  remember(): void
}

export interface SemanticKey {
  readonly partition: string
  readonly text: string
}

/** Makes the keys of one instance. Its secret keeps them from being guessed: an id tells nothing of what was asked. */
export interface KeyMaker {
  /** Undefined when its text can be read in two ways: what it asks for is not known then. */
  keyOf(facts: KeyFacts): ExactKey | undefined
  /** Digest of who is calling: one person, whatever keys they have. */
  askedBy(principal: Principal): string
}

/** What a key means: another meaning is another number, and keys of the one before are not found any more. */
const VERSION = 2

/**
 * Fields that change nothing of an answer: how it is sent, whose request it is for the provider's own purposes, where it is
 * kept. Whatever a request has besides counts.
 */
const IGNORED: ReadonlySet<string> = new Set([
  // The deployment's own name of it takes its place.
  'model',
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'metadata',
  'store',
  'service_tier',
  'serviceTier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'labels',
])

/** What a query says of how an answer comes, and who asks; all else of it may change what it says. */
const IGNORED_QUERY: ReadonlySet<string> = new Set(['alt', 'key'])

/** Headers that reach a provider and mean something to it, or to us. */
const HEADERS = ['anthropic-version', 'anthropic-beta', 'openai-beta', 'x-tollgate-translation'] as const

/** @param secret of this instance, or of a fleet that shares a store: 32 bytes or more. */
export function keyMaker(secret: Uint8Array): KeyMaker {
  const digest = keyedDigest(secret)
  const shares = new LRUCache<string, string>({ max: MAX_SHARES })
  const shareFor = (scope: CacheScope) => {
    const text = JSON.stringify(scope)
    const share = shares.get(text) ?? digest('scope', text).slice(0, SHARE_LENGTH)
    shares.set(text, share)
    return share
  }
  const remembered = new LRUCache<string, string>({
    maxSize: MAX_REMEMBERED,
    maxEntrySize: LONGEST_REMEMBERED,
  })
  const idOf = (around: string, { scope, received }: KeyFacts): string | undefined => {
    const written = canonical(withOrdinalIds(received.endpoint, received.body), IGNORED)
    if (!isUnambiguous(received, written)) return undefined
    return `${shareFor(scope)}.${digest('exact', around, written.text)}`
  }
  return {
    askedBy: (principal) =>
      digest('caller', JSON.stringify([principal.org, principal.user ?? accountPath(principal)])),
    keyOf(facts) {
      const around = JSON.stringify(aroundBody(facts))
      const asked = around + facts.received.text
      const known = remembered.get(asked)
      const id = known ?? idOf(around, facts)
      if (id === undefined) return undefined
      return {
        id,
        remember() {
          if (known === undefined) remembered.set(asked, id, { size: asked.length })
        },
        semantic() {
          const { scope, received } = facts
          const last = lastUserText(received.endpoint, withOrdinalIds(received.endpoint, received.body))
          if (!last) return undefined
          const partition = digest('semantic', around, canonical(last.rest, IGNORED).text)
          return { partition: `${shareFor(scope)}.${partition}`, text: last.text }
        },
      }
    },
  }
}

/** UTF-16 units, of all texts and of one. */
const MAX_REMEMBERED = 8 * 1024 * 1024
const LONGEST_REMEMBERED = 64 * 1024

/** Scopes that are told apart by a short digest, and how many of those are kept at hand. */
const SHARE_LENGTH = 16
const MAX_SHARES = 10_000

/** Everything but the body, each in its own place, so that no value can pass for another. */
function aroundBody({ scope, received, deployment, headers, tags, vary }: KeyFacts): unknown {
  const { provider } = deployment
  return [
    VERSION,
    scope,
    received.endpoint,
    queryOf(received),
    // The provider's own name too: a deployment that is priced as a model may be tuned, or filtered, in its own way. Its
    // address as well: what has the same name in two configs, one after the other, may be two things.
    [provider.name, provider.dialect, provider.baseUrl, modelBehind(deployment), deployment.model],
    HEADERS.map((name) => headers[name] ?? null),
    tags,
    vary,
  ]
}

/** In one order: `?beta=true` is another API to some providers. */
function queryOf({ target }: ReceivedCall): readonly (readonly [string, string])[] {
  if (target.query === '') return []
  const said = [...new URLSearchParams(target.query)].filter(([name]) => !IGNORED_QUERY.has(name))
  return said.sort((one, other) => (one.join('=') < other.join('=') ? -1 : 1))
}

const REPLACEMENT = '\ufffd'

/**
 * Whether every parser reads the same in a body: no field twice, no number that only some can hold, no bytes that are no
 * text. Somebody who could have one thing answered and another one kept could put words into other people's mouths.
 */
function isUnambiguous({ text }: ReceivedCall, { rounded, fields }: Canonical): boolean {
  if (rounded || text.includes(REPLACEMENT)) return false
  return fieldsIn(text) === fields
}
