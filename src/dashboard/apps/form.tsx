import type { Scope } from '../../catalog/catalog.ts'
import { Problems, TextField } from '../../ui/field.tsx'
import type { FieldProblems } from '../kit/form-problems.ts'
import { ScopePicker } from './scope-picker.tsx'

/** As typed, so that a refused form comes back with nothing lost. */
export interface AppFormValues {
  clientName: string
  /** One to a line. */
  redirectUris: string
  refreshes: boolean
  scopes: Readonly<Record<string, 'required' | 'optional'>>
  clientUri: string
  logoUri: string
  policyUri: string
  tosUri: string
  /** One to a line. */
  contacts: string
}

interface AppFieldsProps {
  values: AppFormValues
  problems: FieldProblems
  catalogue: readonly Scope[]
  redirectHint: string
  redirectExample: string
  steps: boolean
}

/** Steps two to four, which are the settings as well. */
export function AppFields({ values, problems, catalogue, redirectHint, redirectExample, steps }: AppFieldsProps) {
  return (
    <>
      <fieldset class="part">
        <legend>{steps && <span class="step">Step 2 of 4</span>} Where people are sent back to</legend>
        <TextField
          name="redirect_uris"
          label="Redirect URIs, one to a line"
          hint={redirectHint}
          value={values.redirectUris}
          placeholder={redirectExample}
          problems={problems.redirect_uris}
          lines={3}
          required
        />
        <label class="choice">
          <input type="checkbox" name="refresh_token" value="yes" checked={values.refreshes} />
          <span>
            <strong>Keep access while nobody is there</strong>
            <span class="detail">The app gets refresh tokens. Without, people come back every few minutes.</span>
          </span>
        </label>
        <Problems id="grant_types-problem" texts={problems.grant_types} />
      </fieldset>
      <fieldset class="part">
        <legend>{steps && <span class="step">Step 3 of 4</span>} What it may do</legend>
        <Problems id="scopes-problem" texts={[...(problems.scopes ?? []), ...(problems.optional_scopes ?? [])]} />
        <ScopePicker catalogue={catalogue} chosen={values.scopes} />
      </fieldset>
      <fieldset class="part">
        <legend>{steps && <span class="step">Step 4 of 4</span>} How people recognize it</legend>
        <TextField
          name="client_name"
          label="Name"
          hint="What people read when they are asked for consent."
          value={values.clientName}
          problems={problems.client_name}
          required
        />
        <TextField
          name="client_uri"
          label="Homepage"
          type="url"
          hint="Needed before everybody may connect the app; its host is what you verify as publisher."
          value={values.clientUri}
          problems={problems.client_uri}
        />
        <TextField
          name="logo_uri"
          label="Logo"
          type="url"
          hint="The https address of a PNG, JPEG or WebP of at most 64 KiB. We keep a copy and show only that."
          value={values.logoUri}
          problems={problems.logo_uri}
        />
        <TextField
          name="policy_uri"
          label="Privacy policy"
          type="url"
          value={values.policyUri}
          problems={problems.policy_uri}
        />
        <TextField name="tos_uri" label="Terms" type="url" value={values.tosUri} problems={problems.tos_uri} />
        <TextField
          name="contacts"
          label="Contacts, one e-mail address to a line"
          lines={2}
          value={values.contacts}
          problems={problems.contacts}
        />
      </fieldset>
    </>
  )
}
