import { readFile } from 'node:fs/promises'
import {
  azureProvider,
  bedrockProvider,
  googleToken,
  keptToken,
  type Provider,
  presetNamed,
  presetProvider,
  vertexProvider,
} from '@tollgate/kit/wire'
import {
  type AzureHost,
  type BedrockHost,
  type Config,
  hiding,
  providerAccount,
  type Provider as Stated,
  type VertexHost,
} from '../config/index.ts'

/**
 * Providers as the kit calls them.
 *
 * @throws Error that says what to install, when one needs a package that is not there.
 */
export function providersOf({ providers }: Pick<Config, 'providers'>): Provider[] {
  return providers.map(providerOf)
}

function providerOf(stated: Stated): Provider {
  const { billing, apiKeys, load, conversations, buckets } = stated
  const account = providerAccount(stated)
  const provider = {
    ...knownOf(stated),
    billing,
    conversations,
    ...(buckets && { buckets }),
    ...(apiKeys && { apiKeys }),
    ...(load && { load }),
    ...(account && { account }),
  }
  return hiding(provider, 'apiKey', 'apiKeys')
}

function knownOf(stated: Stated): Provider {
  switch (stated.host?.kind) {
    case 'azure':
      return azureOf(stated, stated.host)
    case 'vertex':
      return vertexOf(stated, stated.host)
    case 'bedrock':
      return bedrockOf(stated, stated.host)
    default:
      return plainOf(stated)
  }
}

function plainOf({ name, dialect, baseUrl, apiKey, models, preset }: Stated): Provider {
  const given = { name, baseUrl, models, ...(apiKey !== undefined && { apiKey }) }
  const known = preset === undefined ? undefined : presetNamed(preset)
  return known ? presetProvider(known, given) : { ...given, dialect }
}

function azureOf({ name, baseUrl, apiKey, models }: Stated, { apiVersion, tokenFile }: AzureHost): Provider {
  return azureProvider({
    name,
    baseUrl,
    deployments: models,
    ...(apiKey !== undefined && { apiKey }),
    ...(apiVersion !== undefined && { apiVersion }),
    ...(tokenFile !== undefined && { token: tokenIn(tokenFile) }),
  })
}

function vertexOf({ name, baseUrl }: Stated, host: VertexHost): Provider {
  const { project, location, credentialsFile, tokenFile } = host
  const from = credentialsFile === undefined ? {} : { keyFilename: credentialsFile }
  return vertexProvider({
    name,
    project,
    location,
    token: tokenFile === undefined ? googleToken(from) : tokenIn(tokenFile),
    ...(baseUrl !== '' && { baseUrl }),
  })
}

function bedrockOf(
  // Of several keys the first says that there are any: each of them is sent by its own deployment.
  { name, baseUrl, apiKeys, apiKey = apiKeys?.[0], models }: Stated,
  { region, credentials, controlUrl }: BedrockHost,
): Provider {
  return bedrockProvider({
    name,
    region,
    models,
    ...(baseUrl !== '' && { baseUrl }),
    ...(controlUrl !== undefined && { controlUrl }),
    ...(apiKey !== undefined && { apiKey }),
    ...(credentials && { credentials }),
  })
}

/** How long a token from a file is used before the file is read again, ms: whoever writes it replaces it ahead of its end. */
const FILE_AGE_MS = 60_000

function tokenIn(path: string): () => string | Promise<string> {
  return keptToken(
    async () => ({ token: (await readFile(path, 'utf8')).trim(), expiresAtMs: Date.now() + FILE_AGE_MS }),
    { aheadMs: FILE_AGE_MS / 2 },
  )
}
