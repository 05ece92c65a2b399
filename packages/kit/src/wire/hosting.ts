import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Endpoint } from './endpoint.ts'
import type { Edits } from './format.ts'

/**
 * Whoever hosts a model that somebody else has made, and has a way of its own to be asked for it: other paths, other fields
 * in the body, another kind of credential. What a hosting does not say stays as the dialect has it.
 */
export interface Hosting {
  /** Where a call goes, below the base URL: path, and query where it has one. */
  path?(call: HostedCall): string
  /** Fields that the host wants in the body, or (undefined) out of it. */
  fields?(call: HostedCall): Edits
  /**
   * The headers that authorise a request, in place of the dialect's own. A promise only where something has to be fetched
   * or signed first: a token that is still good is given at once.
   *
   * @throws TollgateError `provider_unavailable` when there are no credentials to be had.
   */
  authorize?(request: HostedRequest): Authorization | Promise<Authorization>
  /**
   * What stands before whoever takes the answer, where its streams come framed in another way than as events: behind it they
   * are events.
   */
  framed?(taker: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler
}

/** A call in the words of its provider's dialect, before its host has changed it. */
export interface HostedCall {
  readonly endpoint: Endpoint
  /** The deployment's own name of the model. */
  readonly model: string
  readonly stream: boolean
  /** The path that the dialect itself has for it. */
  readonly path: string
  /** The client's own headers. */
  readonly headers: IncomingHttpHeaders
}

/** A request as it is going to be sent. */
export interface HostedRequest {
  readonly origin: string
  /** Path, and query where it has one, as they go over the wire. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The provider's key, where it has one. */
  readonly apiKey: string | undefined
}

/** Headers, by their names in lower case. */
export type Authorization = Readonly<Record<string, string>>
