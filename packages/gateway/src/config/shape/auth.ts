import { isNetwork } from '@tollgate/kit/core'
import { certificateAuthenticator, isSafeAddress, JWT_ALGORITHMS } from '@tollgate/kit/identity'
import { z } from 'zod'
import type { AuthRules, CertificateRules, CredentialKind } from '../access.ts'
import { claimMapping } from './claims.ts'
import { choice, complain, fields, text, Wrong } from './fields.ts'
import { duration, rate } from './leaves.ts'

type Issuer = AuthRules['issuers'][number]

/** An address or a network. */
export const network: z.ZodType<string> = text((value) =>
  isNetwork(value)
    ? undefined
    : new Wrong((shown) => `${shown} is no address and no network: write 10.0.0.0/8`),
)

const algorithm = choice(
  Object.fromEntries(JWT_ALGORITHMS.map((name) => [name, name])) as Record<
    (typeof JWT_ALGORITHMS)[number],
    (typeof JWT_ALGORITHMS)[number]
  >,
)

/** Where keys are, or the keys themselves. */
const jwks = z.unknown().transform((value, context): Issuer['keys'] => {
  if (value === undefined) return undefined
  if (typeof value === 'string') {
    return isSafeAddress(value)
      ? { uri: value }
      : complain(context, (shown) => `${shown} must be an https address, or a mapping with keys`)
  }
  const keys = (value as { keys?: unknown } | null)?.keys
  return Array.isArray(keys) && keys.length > 0
    ? { keys }
    : complain(context, () => 'must be an https address, or a mapping with a list of keys')
}) as z.ZodType<Issuer['keys']>

const audience = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(text()).min(1),
)

const issuer: z.ZodType<Issuer> = fields({
  issuer: text(),
  audience,
  jwks: jwks.optional(),
  algorithms: z.array(algorithm).min(1).default(['RS256']),
  type: text().optional(),
  tolerance: duration('10m').default(30_000),
  max_age: duration('30d').optional(),
  principal: claimMapping.optional(),
}).transform(({ jwks, tolerance, max_age, type, principal, ...rest }, context) => {
  if (!jwks && !isSafeAddress(rest.issuer)) {
    return complain(context, (shown) => `${shown} must be an https address, or its jwks be stated`, [
      'issuer',
    ])
  }
  return {
    ...rest,
    toleranceMs: tolerance,
    ...(jwks && { keys: jwks }),
    ...(type !== undefined && { type }),
    ...(max_age !== undefined && { maxAgeMs: max_age }),
    ...(principal && { principal }),
  }
})

const caller: z.ZodType<CertificateRules['callers'][number]> = fields({
  uri: text().optional(),
  dns: text().optional(),
  email: text().optional(),
  hash: text().optional(),
  team: text().optional(),
  project: text().optional(),
  user: text().optional(),
  tags: z.record(z.string(), text()).optional(),
}).transform((rule, context) => {
  try {
    certificateAuthenticator({ callers: [rule] })
    return rule
  } catch (error) {
    return complain(context, () => `is not right: ${(error as Error).message}`)
  }
})

const certificates: z.ZodType<CertificateRules> = fields({
  callers: z.array(caller).min(1),
  from: z.array(network).default([]),
  elements: rate.default(1),
})

const throttle: z.ZodType<AuthRules['throttle']> = fields({
  failures: rate.default(20),
  window: duration('1h').default(60_000),
}).transform(({ failures, window }) => ({ failures, windowMs: window }))

const DEFAULT_ORDER: readonly CredentialKind[] = ['certificates', 'jwt', 'keys']

export const auth: z.ZodType<AuthRules> = fields(
  {
    order: z
      .array(choice<CredentialKind>({ certificates: 'certificates', jwt: 'jwt', keys: 'keys' }))
      .min(1)
      .default([...DEFAULT_ORDER]),
    jwt: z.array(issuer).default([]),
    certificates: certificates.optional(),
    throttle: throttle.default({ failures: 20, windowMs: 60_000 }),
  },
  { oidc: 'name the issuer under jwt' },
)
  .transform(({ jwt, certificates, ...rest }) => ({ ...rest, issuers: jwt, certificates }))
  .default({
    order: [...DEFAULT_ORDER],
    issuers: [],
    certificates: undefined,
    throttle: { failures: 20, windowMs: 60_000 },
  })
