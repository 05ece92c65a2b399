import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Behaviour, Cut, SseForm } from './behaviour.ts'
import type { StreamEvent } from './plan.ts'

/** Where the bytes of an answer go: compressed, cut and written as the behaviour says. */
export interface Outlet {
  write(text: string | Buffer): void
  /** Send what the cut has held back. */
  flush(): void
}

export function outlet(res: ServerResponse, { cut, gzip = false }: Pick<Behaviour, 'cut' | 'gzip'>): Outlet {
  // Each text is a gzip member of its own, which RFC 1952 (2.2) allows and every decoder joins: nothing waits for more.
  const encode = (text: string | Buffer) => (gzip ? gzipSync(text) : Buffer.from(text as string))
  if (cut === undefined) {
    return { write: (text) => void res.write(gzip ? encode(text) : text), flush: () => {} }
  }
  let held: Buffer = Buffer.alloc(0)
  return {
    write(text) {
      held = Buffer.concat([held, encode(text)])
      for (const size of sizesOf(cut, held)) {
        if (size > 0 && held.length > 0) res.write(held.subarray(0, size))
        held = held.subarray(size)
      }
    },
    flush() {
      if (held.length > 0) res.write(held)
      held = Buffer.alloc(0)
    },
  }
}

function sizesOf(cut: Cut, bytes: Buffer): readonly number[] {
  if (typeof cut === 'function') return cut(bytes)
  return new Array<number>(Math.floor(bytes.length / cut)).fill(cut)
}

/** Spell one event of an event stream. */
export function spellEvent(
  { name, data }: StreamEvent,
  { lineEnd = '\n', comments = false, tight = false }: SseForm,
): string {
  const comment = comments ? `: comment${lineEnd}${lineEnd}` : ''
  const gap = tight ? '' : ' '
  const named = name === undefined ? '' : `event:${gap}${name}${lineEnd}`
  return `${comment}${named}data:${gap}${data}${lineEnd}${lineEnd}`
}
