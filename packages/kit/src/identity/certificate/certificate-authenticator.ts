import type { IncomingMessage } from 'node:http'
import { addressSet } from '../../core/address-set.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import type { Authenticator } from '../authenticator.ts'
import type { Verdict } from '../verdict.ts'
import { type CertificateCaller, callersBy } from './callers.ts'
import { peerCertificate } from './peer-certificate.ts'
import { parseXfcc } from './xfcc.ts'

export interface CertificateAuthenticatorOptions {
  /** Whom certificates stand for: the first rule that matches counts. */
  readonly callers: readonly CertificateCaller[]
  /** Who may tell of certificates in `x-forwarded-client-cert`; nobody by default. */
  readonly forwarded?: ForwardedCertificates
  readonly clock?: Clock
}

export interface ForwardedCertificates {
  /** Addresses and networks of proxies, `10.0.0.0/8` for instance. From anybody else the header is not read. */
  readonly from: readonly string[]
  /**
   * How many proxies in a row add an element each; the first of so many is the caller's. 1 by default, a proxy that replaces
   * the header (Envoy's `SANITIZE_SET`). A header with any other number of elements is refused: somebody has written in it.
   */
  readonly elements?: number
}

const HEADER = 'x-forwarded-client-cert'

/**
 * Know callers by client certificates: of the TLS connection where this process ends it, or as a trusted proxy tells of
 * them. It recognises any certificate; on a connection from a trusted proxy only what the proxy says, never the proxy's own.
 *
 * Refuses a certificate that the connection's authorities have not signed, that has expired meanwhile, or that stands for
 * nobody or for several; and a header that comes twice, is not in Envoy's grammar, or has another number of elements.
 * A connection asks for certificates when its server has `requestCert`, and verifies them by its `ca`.
 *
 * @example
 * certificateAuthenticator({ callers: [{ uri: 'spiffe://acme.example/ns/{team}/sa/{user}' }] })
 *
 * @throws RangeError when a rule or an address cannot be.
 */
export function certificateAuthenticator({
  callers,
  forwarded,
  clock = systemClock,
}: CertificateAuthenticatorOptions): Authenticator {
  const callerBy = callersBy(callers)
  const proxies = addressSet(forwarded?.from ?? [])
  const elements = forwarded?.elements ?? 1
  if (!Number.isSafeInteger(elements) || elements < 1) throw new RangeError('there is at least one element')
  const isTold = ({ socket }: IncomingMessage) => proxies.has(socket.remoteAddress)

  function judgeTold(header: string, req: IncomingMessage): Verdict {
    if (timesGiven(req) > 1) return { refused: `several ${HEADER} headers` }
    const told = parseXfcc(header)
    if (told?.length !== elements)
      return { refused: `${HEADER} has not ${elements} element(s) to the letter` }
    return callerBy(told[0]!)
  }

  function judgeOwn(req: IncomingMessage): Verdict {
    const certificate = peerCertificate(req)
    if (!certificate) return { refused: 'its connection has gone' }
    if (certificate.unverified) return { refused: certificate.unverified }
    // Written so that a date that cannot be read has passed.
    if (!(clock.now() < certificate.endsAtMs)) return { refused: 'it has expired' }
    return callerBy(certificate)
  }

  return {
    name: 'client-certificate',
    asksFor: 'a client certificate that is known here',
    carriedBy: 'connection',
    recognise({ req }) {
      if (!isTold(req)) return peerCertificate(req)?.hash
      const told = req.headers[HEADER]
      return told === undefined || told === '' ? undefined : String(told)
    },
    judge: (credential, { req }) => (isTold(req) ? judgeTold(credential, req) : judgeOwn(req)),
  }
}

/** Node joins headers of one name: whether a second one was ours or a client's cannot be seen any more then. */
function timesGiven({ rawHeaders }: IncomingMessage): number {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === HEADER).length
}
