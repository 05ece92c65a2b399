import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** The text of a request, by how it becomes input. */
export interface SentText {
  /** What decides how all the rest is read, without being read itself: it has to be the same. */
  readonly context: string
  /** Texts beside the conversation, by name: instructions, tools. */
  readonly fields: Readonly<Record<string, string>>
  /** The conversation, which begins as it did before and goes on. */
  readonly growing: string
}

/** How much of a request was sent before, in bytes, and the most that its provider can count it as, in tokens. */
export interface SeenInput {
  readonly bytes: number
  readonly tokens: number
}

export interface SentBefore {
  /** What is known of a request's text; undefined when nothing is. `owner` says who asks, and of which model. */
  seen(owner: string, text: SentText): SeenInput | undefined
  /** Note what the provider has counted a request as: all of its input, in tokens. */
  note(owner: string, text: SentText, inputTokens: number): void
}

export interface SentBeforeOptions {
  /** Places in texts that are remembered, about 150 bytes each; those unused for longest go first. */
  readonly maxPlaces?: number
}

/** A request that a provider has counted. */
interface Counted {
  readonly tokens: number
  /** Digests of its fields, by name. */
  readonly fields: ReadonlyMap<string, string>
}

/** Conversations are compared by so many characters at a time. */
const STEP_CHARS = 8_192

/**
 * Remember what a provider has counted of the texts that this process has sent. A coding agent sends 600 kB again and again,
 * a little longer each time: by bytes alone every request would reserve many times what it costs.
 *
 * What a request is counted as is never less than what its beginning is: so another request that begins alike is at most
 * that, and what is new in it at most its bytes. A token may reach over the place where two texts part, so the last step
 * that they share is taken to be new.
 */
export function sentBefore({ maxPlaces = 20_000 }: SentBeforeOptions = {}): SentBefore {
  const places = new LRUCache<string, Counted>({ max: maxPlaces })

  return {
    seen(owner, text) {
      const keys = placesIn(owner, text)
      // The first step that is shared may be the last one, too, and count for nothing.
      for (let steps = keys.length; steps > 1; steps--) {
        const counted = places.get(keys[steps - 1]!)
        if (counted) return { tokens: counted.tokens, bytes: sharedBytes(text, counted, steps - 1) }
      }
      return undefined
    },

    note(owner, text, tokens) {
      const keys = placesIn(owner, text)
      if (keys.length === 0) return
      const counted: Counted = { tokens, fields: digestsOf(text) }
      for (const key of keys) if (isBetter(counted, places.get(key))) places.set(key, counted)
    },
  }
}

/** Of two requests that begin alike the one that was counted as less says more, unless its fields are out of date. */
function isBetter(counted: Counted, known: Counted | undefined): boolean {
  if (!known || counted.tokens <= known.tokens) return true
  return [...counted.fields].some(([name, digest]) => known.fields.get(name) !== digest)
}

function sharedBytes(text: SentText, { fields }: Counted, steps: number): number {
  const same = [...digestsOf(text)].filter(([name, digest]) => fields.get(name) === digest)
  const shared = same.map(([name]) => text.fields[name]!)
  shared.push(text.growing.slice(0, steps * STEP_CHARS))
  return shared.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0)
}

const placesOf = new WeakMap<SentText, readonly string[]>()

/** A digest for each whole step of a conversation, and of all that stands before it; each text is digested once. */
function placesIn(owner: string, text: SentText): readonly string[] {
  const known = placesOf.get(text)
  const steps = known ?? chainOf(text)
  if (!known) placesOf.set(text, steps)
  return steps.map((digest) => `${owner.length}:${owner}${digest}`)
}

function chainOf({ context, growing }: SentText): string[] {
  const chain: string[] = []
  let before = digest(context)
  for (let end = STEP_CHARS; end <= growing.length; end += STEP_CHARS) {
    before = digest(before + growing.slice(end - STEP_CHARS, end))
    chain.push(before)
  }
  return chain
}

const digested = new WeakMap<SentText, ReadonlyMap<string, string>>()

function digestsOf(text: SentText): ReadonlyMap<string, string> {
  const known = digested.get(text)
  if (known) return known
  const digests = new Map(Object.entries(text.fields).map(([name, value]) => [name, digest(value)]))
  digested.set(text, digests)
  return digests
}

function digest(text: string): string {
  return hash('sha256', text, 'base64')
}
