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
  /**
   * Where its sessions over WebSockets are (`realtime`), below the base URL: path and query. None are opened at a host that
   * does not say.
   */
  session?(model: string): string
  /** Fields that the host wants in the body, or (undefined) out of it. */
  fields?(call: HostedCall): Edits
  /**
   * The headers that authorise a request, in place of the dialect's own. A promise only where something has to be fetched
   * or signed first: a token that is still good is given at once.
   *
   * @throws TollgateError `provider_unavailable` when there are no credentials to be had.
   */
  authorize?(request: HostedRequest): Authorization | Promise<Authorization>
  /** The body inside another one, where the host has an envelope for it; the same where it has none for this call. */
  wrapped?(body: Buffer, call: HostedCall): Buffer
  /**
   * What stands before whoever takes the answer, where that comes in another shape than the dialect's, or its streams framed
   * in another way than as events: behind it they are as the dialect has them.
   */
  framed?(taker: Dispatcher.DispatchHandler, call: HostedCall): Dispatcher.DispatchHandler
  /** The body of a refusal in the dialect's words, where the host has said it in its own. */
  error?(refused: RefusedCall): Buffer
  /** What it is asked besides calls of models; nobody is passed through to a host that does not say. */
  readonly passing?: HostPassing
}

/**
 * What a host is asked besides calls of models: files, batches, fine-tuning. Its credentials open far more than that, of
 * the operator's whole account, so what is not named here is closed.
 */
export interface HostPassing {
  readonly open: readonly OpenPaths[]
  /** What meters and tiers know a path by: what it has after everything that the host puts before it. */
  nameOf(path: string): string
  /** Where it is sent. */
  address(asked: AskedPath): PassedAddress
  /** Its credentials are a signature over the whole body, which is held first, up to so many bytes. */
  readonly heldBytes?: number
  /** The dialect's own paths (`/v1/files`) are the host's too: it is found by them where no plain provider is. */
  readonly ownPaths?: boolean
}

/** Requests that a host takes, by their methods and their names. */
export interface OpenPaths {
  readonly methods: readonly string[]
  readonly paths: RegExp
  /** Nobody is billed for them. Whatever else is open may cost. */
  readonly free?: true
}

export interface AskedPath {
  /** As the client asks for it below the provider's own name. */
  readonly path: string
  readonly name: string
  /** With its question mark; empty where there is none. */
  readonly query: string
}

export interface PassedAddress {
  readonly baseUrl: string
  /** Below that, with the query. */
  readonly path: string
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

/** An answer that is no success, as it came. */
export interface RefusedCall {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A request as it is going to be sent. */
export interface HostedRequest {
  readonly method: string
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
