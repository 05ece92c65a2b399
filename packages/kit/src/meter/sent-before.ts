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

/** A text, and what it is compared by: made once, and kept with its request. */
export interface DigestedText {
  readonly text: SentText
  /** A digest for each whole step of the conversation, and of all that stands before it. */
  readonly steps: readonly string[]
  /** Digests of its fields, by name. */
  readonly fields: ReadonlyMap<string, string>
}

/** How much of a request was sent before, in bytes, and the most that its provider can count it as, in tokens. */
export interface SeenInput {
  readonly bytes: number
  readonly tokens: number
}

export interface SentBefore {
  /** What is known of a request's text; undefined when nothing is. `owner` says who asks, and of which model. */
  seen(owner: string, sent: DigestedText): SeenInput | undefined
  /** Note what the provider has counted a request as: all of its input, in tokens. */
  note(owner: string, sent: DigestedText, inputTokens: number): void
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

/** Conversations are compared by so many characters at a time: nothing is known of a shorter one. */
export const STEP_CHARS = 8_192

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
    seen(owner, sent) {
      const keys = placesIn(owner, sent)
      // The first step that is shared may be the last one, too, and count for nothing.
      for (let steps = keys.length; steps > 1; steps--) {
        const counted = places.get(keys[steps - 1]!)
        if (counted) return { tokens: counted.tokens, bytes: sharedBytes(sent, counted, steps - 1) }
      }
      return undefined
    },

    note(owner, sent, tokens) {
      const keys = placesIn(owner, sent)
      if (keys.length === 0) return
      const counted: Counted = { tokens, fields: sent.fields }
      for (const key of keys) if (isBetter(counted, places.get(key))) places.set(key, counted)
    },
  }
}

/** Of two requests that begin alike the one that was counted as less says more, unless its fields are out of date. */
function isBetter(counted: Counted, known: Counted | undefined): boolean {
  if (!known || counted.tokens <= known.tokens) return true
  return [...counted.fields].some(([name, digest]) => known.fields.get(name) !== digest)
}

function sharedBytes({ text, fields }: DigestedText, counted: Counted, steps: number): number {
  const same = [...fields].filter(([name, digest]) => counted.fields.get(name) === digest)
  const shared = same.map(([name]) => text.fields[name]!)
  shared.push(text.growing.slice(0, steps * STEP_CHARS))
  return shared.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0)
}

function placesIn(owner: string, { steps }: DigestedText): readonly string[] {
  return steps.map((digest) => `${owner.length}:${owner}${digest}`)
}

/** Make a text ready to be compared. */
export function digestText(text: SentText): DigestedText {
  const fields = Object.entries(text.fields).map(([name, value]) => [name, digest(value)] as const)
  return { text, steps: chainOf(text), fields: new Map(fields) }
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

function digest(text: string): string {
  return hash('sha256', text, 'base64')
}
