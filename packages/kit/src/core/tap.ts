import type { ServerResponse } from 'node:http'
import { peekTap, tapOf } from './tapped-response.ts'
import type { Observer, Transformer } from './transformer.ts'

export { cutShort } from './tapped-response.ts'
export type { Observer, Transformer } from './transformer.ts'

/** Watch an answer. */
export function observe(res: ServerResponse, observer: Observer): void {
  tapOf(res).observers.push(observer)
}

/** Change an answer on its way; the stage that does so is mounted once. */
export function transform(res: ServerResponse, transformer: Transformer): void {
  tapOf(res).transformer = transformer
}

/** Forget what was held back of an answer, and let what comes now pass as it is: something else is to be answered. */
export function dropHeld(res: ServerResponse): void {
  const tap = peekTap(res)
  if (!tap) return
  tap.transformer = undefined
  tap.held = undefined
  tap.kept = false
}
