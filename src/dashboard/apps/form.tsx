import { FORM_PARTS, FORM_STEPS, type InputKind } from '../../apps/setting-row.ts'
import { SHOWN_SETTINGS } from './form-values.ts'
import { type AppForm, INPUTS, type ShownSetting } from './inputs.tsx'

/** All steps but the first, which are the settings as well. */
export function AppFields({ steps, ...form }: AppForm & { steps: boolean }) {
  return (
    <>
      {Object.entries(FORM_PARTS).map(([part, title], place) => (
        <fieldset class="part">
          <legend>
            {steps && (
              <span class="step">
                Step {place + 2} of {FORM_STEPS}
              </span>
            )}{' '}
            {title}
          </legend>
          {SHOWN_SETTINGS.filter((setting) => setting.part === part).map((setting) => (
            <Field kind={setting.input} setting={setting} form={form} />
          ))}
        </fieldset>
      ))}
    </>
  )
}

interface FieldProps<Kind extends InputKind> {
  kind: Kind
  setting: ShownSetting<Kind>
  form: AppForm
}

function Field<Kind extends InputKind>({ kind, setting, form }: FieldProps<Kind>) {
  const Input = INPUTS[kind].Field
  return <Input setting={setting} form={form} />
}
