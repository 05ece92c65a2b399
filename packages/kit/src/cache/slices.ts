import type { StreamEvent } from '../wire/neutral/stream.ts'

/** About as much as a provider says at a time, UTF-16 units. */
const SLICE = 40

/**
 * The events of a complete answer, its texts in pieces that end between words: a reader that shows what comes sees it flow,
 * and none of them is so long that it has to wait for it.
 */
export function* sliced(events: Iterable<StreamEvent>): Generator<StreamEvent> {
  for (const event of events) {
    if (event.type === 'delta') for (const text of slicesOf(event.text)) yield { ...event, text }
    else yield event
  }
}

/** A text in pieces that make it up again; a character is never cut in two. */
export function* slicesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = sliceEnd(text, at)
    yield text.slice(at, end)
    at = end
  }
}

function sliceEnd(text: string, start: number): number {
  const most = start + SLICE
  if (most >= text.length) return text.length
  const space = text.lastIndexOf(' ', most - 1)
  if (space > start) return space + 1
  return isLowSurrogate(text.charCodeAt(most)) ? most + 1 : most
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
