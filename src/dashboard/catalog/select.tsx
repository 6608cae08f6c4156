interface SelectProps {
  name: string
  label: string
  value: string
  options: readonly (readonly [value: string, title: string])[]
}

export function Select({ name, label, value, options }: SelectProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        {options.map(([option, title]) => (
          <option value={option} selected={option === value}>
            {title}
          </option>
        ))}
      </select>
    </div>
  )
}
