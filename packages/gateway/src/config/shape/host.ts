import type { Host } from '../host.ts'
import { listed } from '../nearest.ts'
import { text } from './fields.ts'
import { baseUrl } from './leaves.ts'

/** Fields that only some hosts of other people's models have. */
export const HOST_FIELDS = {
  /** Azure: the dated API, by its version. */
  apiVersion: text().optional(),
  /** Azure and Vertex AI: a file with a bearer token, which somebody else keeps fresh. */
  tokenFile: text().optional(),
  /** Vertex AI. */
  project: text().optional(),
  location: text().optional(),
  credentialsFile: text().optional(),
  /** Bedrock. */
  region: text().optional(),
  accessKeyId: text().optional(),
  secretAccessKey: text().optional(),
  sessionToken: text().optional(),
  /** Where its jobs are made. */
  controlUrl: baseUrl.optional(),
}

export type HostField = keyof typeof HOST_FIELDS
type Stated = { readonly [Field in HostField | 'baseUrl']?: string | undefined }

interface HostKind {
  readonly takes: readonly HostField[]
  readonly needs: readonly (HostField | 'baseUrl')[]
  /** Of these, all or none. */
  readonly together?: readonly HostField[]
  read(stated: Stated): Host
}

/** Hosts of models that others have made, by the name of their preset: they have more to say than a key and an address. */
const HOSTS: Readonly<Record<Host['kind'], HostKind>> = {
  azure: {
    takes: ['apiVersion', 'tokenFile'],
    needs: ['baseUrl'],
    read: ({ apiVersion, tokenFile }) => ({ kind: 'azure', apiVersion, tokenFile }),
  },
  vertex: {
    takes: ['project', 'location', 'credentialsFile', 'tokenFile'],
    needs: ['project'],
    read: ({ project = '', location = 'global', credentialsFile, tokenFile }) => ({
      kind: 'vertex',
      project,
      location,
      credentialsFile,
      tokenFile,
    }),
  },
  bedrock: {
    takes: ['region', 'accessKeyId', 'secretAccessKey', 'sessionToken', 'controlUrl'],
    needs: ['region'],
    together: ['accessKeyId', 'secretAccessKey'],
    read: ({ region = '', accessKeyId, secretAccessKey, sessionToken, controlUrl }) => ({
      kind: 'bedrock',
      region,
      controlUrl,
      credentials:
        accessKeyId === undefined || secretAccessKey === undefined
          ? undefined
          : { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    }),
  },
}

export const HOST_NAMES: readonly string[] = Object.keys(HOSTS)

/** What is wrong with a field, in the words that a problem is told in. */
export interface HostProblem {
  readonly field: string
  readonly sentence: string
}

/** A host as stated, and what is wrong with it; no host where the preset is none. */
export function statedHost(
  preset: string | undefined,
  stated: Stated,
): { readonly host: Host | undefined; readonly problems: readonly HostProblem[] } {
  const kind = preset === undefined ? undefined : HOSTS[preset as Host['kind']]
  const given = (Object.keys(HOST_FIELDS) as HostField[]).filter((field) => stated[field] !== undefined)
  const misplaced = given
    .filter((field) => !kind?.takes.includes(field))
    .map((field) => ({ field, sentence: `is for preset ${listed(hostsWith(field))}` }))
  if (!kind) return { host: undefined, problems: misplaced }
  const { needs, together = [] } = kind
  const required = together.some((field) => stated[field] !== undefined) ? [...needs, ...together] : needs
  const missing = required
    .filter((field) => stated[field] === undefined)
    .map((field) => ({ field, sentence: `is missing: preset ${preset} needs it` }))
  return { host: kind.read(stated), problems: [...misplaced, ...missing] }
}

function hostsWith(field: HostField): string[] {
  return HOST_NAMES.filter((name) => HOSTS[name as Host['kind']].takes.includes(field))
}
