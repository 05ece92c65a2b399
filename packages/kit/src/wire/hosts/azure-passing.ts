import type { HostPassing, OpenPaths } from '../hosting.ts'
import { freeRequests } from '../passage/free-paths.ts'

/** Everything of OpenAI's that a resource has: https://learn.microsoft.com/azure/ai-foundry/openai/reference-preview-latest */
const OPEN: OpenPaths = {
  methods: ['GET', 'HEAD', 'POST', 'DELETE', 'PATCH'],
  paths:
    /^\/(?:files|uploads|batches|fine_tuning\/(?:jobs|checkpoints)|vector_stores|assistants|threads|conversations|evals|containers|responses|videos)(?:\/|$)/,
}

/**
 * What an Azure resource is asked besides calls of models: the same as OpenAI, at the same price of nothing for what is only
 * looked at. Deployments, and the list of models, stay the operator's. The version is the operator's as well, whichever one
 * the client names.
 *
 * @param baseUrl of the `v1` API, or of the dated one.
 * @param apiVersion of the dated API.
 */
export function azurePassing(baseUrl: string, apiVersion: string | undefined): HostPassing {
  return {
    open: [...freeRequests('openai'), OPEN],
    // `AzureOpenAI` puts the first before every path, `OpenAI` whatever its base URL ends in.
    nameOf: (path) => path.replace(/^\/openai(?=\/)/, '').replace(/^\/v1(?=\/)/, ''),
    address: ({ name, query }) => ({ baseUrl, path: name + versioned(query, apiVersion) }),
    ownPaths: true,
  }
}

function versioned(query: string, apiVersion: string | undefined): string {
  const asked = [...new URLSearchParams(query)]
  // Azure makes no difference between cases.
  const own = asked.filter(([name]) => name.toLowerCase() !== 'api-version')
  if (apiVersion === undefined && own.length === asked.length) return query
  const versions: [string, string][] = apiVersion === undefined ? [] : [['api-version', apiVersion]]
  const all = [...versions, ...own]
  return all.length > 0 ? `?${new URLSearchParams(all)}` : ''
}
