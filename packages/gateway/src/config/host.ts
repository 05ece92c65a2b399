/** Hosts of models that others have made. */
export type Host = AzureHost | VertexHost | BedrockHost

export interface AzureHost {
  readonly kind: 'azure'
  /** Undefined: the v1 API. */
  readonly apiVersion: string | undefined
  readonly tokenFile: string | undefined
}

export interface VertexHost {
  readonly kind: 'vertex'
  readonly project: string
  readonly location: string
  /** Undefined: the machine's own credentials. */
  readonly credentialsFile: string | undefined
  readonly tokenFile: string | undefined
}

export interface BedrockHost {
  readonly kind: 'bedrock'
  readonly region: string
  /** Where jobs are made, where that is said apart from `baseUrl`. */
  readonly controlUrl: string | undefined
  /** Undefined: AWS's default chain, or the key. */
  readonly credentials:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined
}
