import type { Provider } from '@tollgate/kit/wire'

/** How an answer comes. */
export type Kind = 'json' | 'stream'
export const KINDS: readonly Kind[] = ['json', 'stream']

/** A provider's side of a dialect: what is needed to have it as a deployment, and what it answers. */
export interface Served {
  readonly dialect: Provider['dialect']
  readonly model: string
  /** What its base URL ends with. */
  readonly version: string
  readonly json: Buffer
  /** Chunk by chunk, each a write of its own. */
  readonly stream: readonly Buffer[]
}

/** A client's side of a dialect. */
export interface Client {
  readonly name: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly model: string
  request(model: string, kind: Kind): string
  /** The text that an answer has brought. */
  textOf(answer: string, kind: Kind): string
}

/** The data of a stream's events, but for the terminal one that is no JSON. */
export function eventsOf<Event>(stream: string): Event[] {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Event)
}
