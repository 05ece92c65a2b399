import type { WebSocket } from 'ws'
import type { Behaviour } from '../behaviour.ts'
import type { Body } from '../dialect.ts'
import type { Entry, ProviderLog } from '../log.ts'
import type { Bill } from '../prices.ts'
import type { Conversation } from './conversation.ts'
import type { Settings } from './settings.ts'

export interface SessionOptions {
  readonly socket: WebSocket
  readonly model: string
  /** The handshake's entry in the log; each response has one of its own. */
  readonly entry: Entry
  readonly log: ProviderLog
  readonly bills: ReadonlyMap<string, Bill>
  /** What to do with the next response. */
  readonly behaviour: (entry: Entry) => Behaviour
  readonly changed: () => void
}

/** What all parts of a session share. */
export interface Talk extends SessionOptions {
  readonly said: Conversation
  readonly settings: Settings
  /** A name for another item of the conversation. */
  nextItem(): string
  send(event: Body): void
  /** The client's event of this id is refused. */
  refuse(about: unknown, message: string, code?: string): void
}
