import { type Clock, systemClock } from '../../core/clock.ts'
import { cachedKeys } from '../../directory/cached-keys.ts'
import type { Directory } from '../../directory/directory.ts'
import { importedKeyHasher } from '../../directory/imported-key.ts'
import { type KeyHasher, keyHasher } from '../../directory/key-hash.ts'
import { type KeyRecord, keyIsLive, keyPrincipal, secretAt } from '../../directory/key-record.ts'
import type { Principal } from '../../directory/principal.ts'
import { readable } from '../../directory/readable.ts'
import { comesFromScope, type Origination } from '../../directory/scopes.ts'
import { VIRTUAL_KEY_PREFIX } from '../../directory/virtual-key.ts'
import type { Authenticate, Authenticator } from '../../identity/authenticator.ts'
import { authenticatorChain } from '../../identity/chain.ts'
import { type AddressOf, clientAddress } from '../../identity/client-address.ts'
import type { Verdict } from '../../identity/verdict.ts'

export interface AuthVirtualKeyOptions {
  readonly directory: Directory
  /** At least 32 bytes: what the hashes of the keys are keyed with. */
  readonly masterKey: Buffer | string
  /**
   * How long a key may be taken from memory, ms. A change takes effect as soon as the directory tells of it, within 1 s; this
   * is how long it takes at the most when word of it is lost. 0 asks the directory every time.
   */
  readonly maxAgeMs?: number
  /** Where a request comes from, for keys that are confined to addresses: `clientAddress(addressSet([…]))` behind proxies. */
  readonly addressOf?: AddressOf
  readonly clock?: Clock
}

/**
 * Know callers by virtual keys. It recognises any key or token that a request carries: of several authenticators it is the
 * last that looks at a header.
 *
 * Refuses keys that are malformed, unknown, revoked, expired, or used from elsewhere than they may be, and does the same work
 * for a wrong secret of a key as for a key that there is not. Throws `ledger_unavailable` when the directory cannot be read:
 * fails closed.
 */
export function virtualKeyAuthenticator({
  directory,
  masterKey,
  maxAgeMs = 10_000,
  addressOf = clientAddress(),
  clock = systemClock,
}: AuthVirtualKeyOptions): Authenticator {
  const own = keyHasher(masterKey)
  const imported = importedKeyHasher(masterKey)
  const find = cachedKeys(directory, { maxAgeMs })
  return {
    name: 'virtual-key',
    asksFor: 'a virtual key',
    carriedBy: 'header',
    recognise: ({ bearer }) => bearer,
    judge(presented, { req }) {
      const judgedAs = (hasher: KeyHasher, otherwise?: KeyHasher): Verdict | Promise<Verdict> => {
        const lookup = hasher.lookup(presented)
        const record = lookup === undefined ? undefined : readable(() => find(lookup))
        const admit = (found: KeyRecord | undefined) =>
          // Only what the directory has not got as a key of its own may be one that was made elsewhere.
          !found && otherwise
            ? judgedAs(otherwise)
            : verdictOn({
                hasher,
                presented,
                lookup,
                record: found,
                from: () => ({ address: addressOf(req), origin: req.headers.origin }),
                nowMs: clock.now(),
              })
        return record instanceof Promise ? record.then(admit) : admit(record)
      }
      // Nobody else makes keys of our form: an id that is not known is as much work to refuse as one that is.
      return judgedAs(own, presented.startsWith(VIRTUAL_KEY_PREFIX) ? undefined : imported)
    },
  }
}

/**
 * Who calls, by the virtual key that a request presents, and by nothing else.
 *
 * @throws TollgateError `invalid_api_key`; `ledger_unavailable` when the directory cannot be read: fails closed.
 */
export function keyAuthenticator(options: AuthVirtualKeyOptions): Authenticate {
  return authenticatorChain([virtualKeyAuthenticator(options)])
}

interface Judging {
  readonly hasher: KeyHasher
  readonly presented: string
  readonly lookup: string | undefined
  readonly record: KeyRecord | undefined
  readonly from: () => Origination
  readonly nowMs: number
}

/** Whose key it is, when it is the right one, alive, and used from where it may be. The comparison runs in every case. */
function verdictOn({ hasher, presented, lookup, record, from, nowMs }: Judging): Verdict {
  const secret = record && secretAt(record, lookup!, nowMs)
  const matches = hasher.matches(presented, secret)
  if (!matches || !record) return { refused: 'no such key' }
  if (!keyIsLive(record, nowMs)) return { refused: 'revoked or expired' }
  if (record.scopes && !comesFromScope(record.scopes, from()))
    return { refused: 'used from outside of its scopes' }
  return principalOf(record, secret!)
}

/** By the secret that it was recognised by: made once for as long as its record is remembered. */
const principals = new WeakMap<object, Principal>()

function principalOf(record: KeyRecord, secret: object): Principal {
  const known = principals.get(secret)
  if (known) return known
  const made = keyPrincipal(record)
  principals.set(secret, made)
  return made
}
