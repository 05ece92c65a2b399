import { isObject } from '../wire/json.ts'
import type { ClientEvent } from '../wire/openai/realtime/client-event.ts'
import { totalTokens, type Usage } from '../wire/usage.ts'
import { heardTokens, soundBytes } from './sound.ts'

/** What the provider puts around items, and counts: a few tokens each. */
const ITEM_OVERHEAD_TOKENS = 16

/**
 * How long a session's conversation is at most, which every response reads whole. The provider's own count of it, as its
 * last response told, and what has come since: text by its bytes, sound by its length. A picture is bounded by nothing but
 * the model's window, until it has been counted.
 */
export interface ConversationSize {
  /** Sound has been heard, or will have been when the next response begins. */
  readonly heard: boolean
  /** Tokens; infinite when only the window bounds it. */
  readonly tokens: number
  /** A client's event, on its way to the provider; so many bytes of its sound are a millisecond. */
  sent(event: ClientEvent, bytesPerMs: number): void
  /** The provider says where in all the sound of the session a turn begins or ends, ms. */
  turnBegan(atMs: number): void
  turnEnded(atMs: number): void
  /** The provider says how the session is configured. */
  configured(promptBytes: number): void
  /** A response is asked for: what is said from now on comes on top of what it will count. */
  mark(): SizeMark
  /** The provider has counted the conversation as it was at the mark, and its response. */
  counted(mark: SizeMark, usage: Usage): void
  /** A response that read something else has been added to the conversation. */
  added(tokens: number): void
}

/** How much had been said when a response was asked for. */
export interface SizeMark {
  readonly said: number
  readonly pictures: number
}

export function conversationSize(): ConversationSize {
  /** All that has been said in the session, tokens, and shown; whether or not it has been counted meanwhile. */
  let said = 0
  let pictures = 0
  /** The provider's own count, and how much of what was said is in it. */
  let count = 0
  let counted: SizeMark = { said: 0, pictures: 0 }
  let heard = false
  /** Sound that has been sent, and how much of it has become part of the conversation, or never will; ms. */
  let sentMs = 0
  let judgedMs = 0
  let turnFromMs = 0

  const hear = (fromMs: number, toMs: number) => {
    said += heardTokens(toMs - fromMs) + ITEM_OVERHEAD_TOKENS
    judgedMs = Math.max(judgedMs, toMs)
    heard = true
  }
  const create = ({ body, text }: ClientEvent, bytesPerMs: number) => {
    const { sounds, shows } = contentOf(body.item)
    const characters = sounds.reduce((sum, sound) => sum + sound.length, 0)
    said += Buffer.byteLength(text) - characters + ITEM_OVERHEAD_TOKENS
    for (const sound of sounds) said += heardTokens(soundBytes(sound) / bytesPerMs)
    if (sounds.length > 0) heard = true
    if (shows) pictures += 1
  }

  return {
    get heard() {
      return heard || sentMs > judgedMs
    },
    get tokens() {
      if (pictures > counted.pictures) return Number.POSITIVE_INFINITY
      return count + said - counted.said + heardTokens(sentMs - judgedMs)
    },
    sent(event, bytesPerMs) {
      const { type, body, text } = event
      if (type === 'input_audio_buffer.append') sentMs += soundBytes(body.audio) / bytesPerMs
      else if (type === 'input_audio_buffer.clear') judgedMs = sentMs
      else if (type === 'input_audio_buffer.commit') hear(judgedMs, sentMs)
      else if (type === 'conversation.item.create') create(event, bytesPerMs)
      else if (type === 'session.update') said += Buffer.byteLength(text)
    },
    turnBegan(atMs) {
      turnFromMs = atMs
    },
    turnEnded: (atMs) => hear(turnFromMs, atMs),
    configured(promptBytes) {
      said = Math.max(said, promptBytes + ITEM_OVERHEAD_TOKENS)
    },
    mark: () => ({ said, pictures }),
    counted(mark, usage) {
      count = totalTokens(usage)
      counted = mark
    },
    added(tokens) {
      said += tokens
    },
  }
}

/** What of an item is sound, and whether any of it is a picture. */
function contentOf(item: unknown): { readonly sounds: readonly string[]; readonly shows: boolean } {
  const parts = isObject(item) && Array.isArray(item.content) ? item.content.filter(isObject) : []
  return {
    sounds: parts.flatMap(({ audio }) => (typeof audio === 'string' ? audio : [])),
    shows: parts.some((part) => part.image_url !== undefined || /image|file/.test(String(part.type))),
  }
}
