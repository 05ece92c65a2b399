import { countTokens } from '../count.ts'
import { type Body, isObject } from '../dialect.ts'

/** What an item of a conversation is to the model, in tokens. */
export interface ItemSize {
  readonly text: number
  readonly audio: number
}

/** The conversation of a session, in which every response reads all that was said before it. */
export interface Conversation {
  /** `id`: by which a response may name it again. */
  add(item: ItemSize, id?: unknown): void
  /** What a response reads that brings items of its own, or names some of the conversation's. */
  sizeOfInput(items: readonly unknown[], instructions: unknown): ItemSize
  /** So many tokens of it, with the instructions. */
  size(instructions: unknown): ItemSize
}

export function conversation(): Conversation {
  const items: ItemSize[] = []
  const named = new Map<unknown, ItemSize>()
  const sum = (sizes: readonly ItemSize[], instructions: unknown) => {
    const text = typeof instructions === 'string' ? countTokens(instructions) : 0
    return sizes.reduce(plus, { text, audio: 0 })
  }
  return {
    add(item, id) {
      items.push(item)
      if (id !== undefined) named.set(id, item)
    },
    size: (instructions) => sum(items, instructions),
    sizeOfInput: (input, instructions) =>
      sum(
        input.map((item) => {
          const refers = isObject(item) && item.type === 'item_reference'
          return (refers && named.get(item.id)) || sizeOfItem(item)
        }),
        instructions,
      ),
  }
}

/** A token of what is heard is 100 ms: https://developers.openai.com/api/docs/guides/realtime-costs */
const PCM_BYTES_PER_INPUT_TOKEN = 4_800

/** An item as a client adds it. */
export function sizeOfItem(item: unknown): ItemSize {
  const { content, output, arguments: args } = isObject(item) ? item : {}
  const parts = Array.isArray(content) ? content.filter(isObject) : []
  const own = [output, args].filter((each) => typeof each === 'string').map((each) => countTokens(each))
  return parts.map(sizeOfPart).reduce(plus, { text: own.reduce((a, b) => a + b, 0), audio: 0 })
}

function sizeOfPart({ text, audio }: Body): ItemSize {
  return {
    text: typeof text === 'string' ? countTokens(text) : 0,
    audio: typeof audio === 'string' ? audioTokens(Buffer.from(audio, 'base64').length) : 0,
  }
}

export function audioTokens(bytes: number): number {
  return Math.ceil(bytes / PCM_BYTES_PER_INPUT_TOKEN)
}

function plus(a: ItemSize, b: ItemSize): ItemSize {
  return { text: a.text + b.text, audio: a.audio + b.audio }
}
