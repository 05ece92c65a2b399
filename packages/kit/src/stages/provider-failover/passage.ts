import { pipeline, type Transform } from 'node:stream'

/** What a provider's bytes pass on their way to the client, if anything: written at its head, read at its tail. */
export interface Passage {
  readonly head: Transform
  readonly tail: Transform
}

export interface PassageOptions {
  /** For an answer that came compressed all the same. */
  readonly decoder: Transform | undefined
  /** For one of another dialect. */
  readonly translator: Transform | undefined
  /** Takes what comes out; false: pause until told to resume. */
  write(bytes: Buffer): boolean
  /** Bytes that cannot be read are the provider's fault, and never the process's end. */
  onFault(cause: Error): void
}

/** Undefined where bytes pass as they come. */
export function passageOf({ decoder, translator, write, onFault }: PassageOptions): Passage | undefined {
  const head = decoder ?? translator
  if (!head) return undefined
  const tail = translator ?? head
  tail.on('data', (bytes: Buffer) => {
    if (!write(bytes)) tail.pause()
  })
  if (head === tail) head.on('error', onFault)
  else pipeline(head, tail, (cause) => cause && onFault(cause))
  return { head, tail }
}
