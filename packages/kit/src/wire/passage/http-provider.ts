import type { Provider } from '../provider.ts'
import type { Meter } from './meter.ts'

/** Someone who serves anything else for money over HTTP: transcription by the minute, searches, an API of one's own. */
export interface HttpProvider {
  readonly name: string
  readonly dialect: 'http'
  /** What its paths begin with: `https://api.deepgram.com`. */
  readonly baseUrl: string
  /** The header that it knows the operator by, sent in place of the client's own credentials. */
  readonly auth?: { readonly header: string; readonly value: string }
  /** The account of its own budget, where it has one; {@link Provider.account}. */
  readonly account?: Provider['account']
  /** `none`: what it serves costs nothing. */
  readonly billing?: 'metered' | 'none'
}

/** What is paid for whatever a provider is asked besides calls of models. */
export interface Metered {
  /** For whatever has no meter of its own, and may cost. */
  readonly meter?: Meter
  /**
   * By path, after a method where only that is meant: `POST /v1/batches`. A star stands for one segment, and at the end for
   * everything below: `GET /v1/projects/*`. What says more of a path counts before what says less.
   */
  readonly meters?: Readonly<Record<string, Meter>>
}

/** Whoever requests that are no calls of models can be passed through to. */
export type PassedProvider = (Provider | HttpProvider) & Metered
