import {
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  Input,
  InputBase,
  InputWrapper,
  type MantineColorsTuple,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import mantine from './mantine.module.css';

const marigold: MantineColorsTuple = [
  '#fff7e5',
  '#ffefcc',
  '#ffe1a1',
  '#ffd06b',
  '#ffb92e',
  '#f7a600',
  '#d68d00',
  '#a96e00',
  '#7d5100',
  '#5c3d00',
];

/** Neutrals with a breath of the ink, so that Mantine's own greys belong to the family. */
const gray: MantineColorsTuple = [
  '#f8f7fb',
  '#f3f1f7',
  '#ebe8f1',
  '#dcd7e6',
  '#c9c2d8',
  '#a8a0ba',
  '#857c9b',
  '#5c5473',
  '#3d3552',
  '#211a36',
];
const dark: MantineColorsTuple = [
  '#f4f1fb',
  '#d9d2e8',
  '#b9b0ce',
  '#8b81a5',
  '#5d5478',
  '#3a3250',
  '#292239',
  '#1e192c',
  '#15111f',
  '#0d0a15',
];

const field = { size: 'md', radius: 'md' } as const;

export const theme = createTheme({
  colors: { marigold, gray, dark },
  primaryColor: 'marigold',
  primaryShade: 4,
  autoContrast: true,
  black: '#211a36',
  fontFamily: "'Figtree Variable', 'Segoe UI', system-ui, sans-serif",
  fontFamilyMonospace: "'Geist Mono Variable', ui-monospace, 'Cascadia Mono', monospace",
  fontSizes: { xs: '13px', sm: '14px', md: '15px', lg: '18px', xl: '24px' },
  radius: { xs: '4px', sm: '8px', md: '12px', lg: '18px', xl: '28px' },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    TextInput: TextInput.extend({ defaultProps: field }),
    NumberInput: NumberInput.extend({ defaultProps: field }),
    // The eye that shows what was typed is pressed by fingers too.
    PasswordInput: PasswordInput.extend({
      defaultProps: field,
      vars: () => ({ root: { '--psi-button-size': '44px', '--psi-icon-size': '20px' } }),
    }),
    Textarea: Textarea.extend({ defaultProps: field }),
    Input: Input.extend({
      vars: () => ({ wrapper: { '--input-height': '48px', '--input-bd-focus': 'var(--cf-focus)' } }),
    }),
    // What is said about a field stands under it, so that fields beside one another begin at the same height.
    InputWrapper: InputWrapper.extend({
      defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] },
    }),
    InputBase: InputBase.extend({ defaultProps: field }),
    Select: Select.extend({
      defaultProps: { ...field, allowDeselect: false, checkIconPosition: 'right', maxDropdownHeight: 320 },
    }),
    SegmentedControl: SegmentedControl.extend({
      defaultProps: { size: 'md', radius: 'md' },
      classNames: { label: mantine.segment ?? '' },
    }),
    Switch: Switch.extend({
      defaultProps: { size: 'md' },
      vars: () => ({ root: { '--switch-color': 'var(--cf-accent)' } }),
    }),
    Checkbox: Checkbox.extend({
      defaultProps: { size: 'md' },
      vars: () => ({
        root: { '--checkbox-color': 'var(--cf-accent)', '--checkbox-icon-color': 'var(--cf-on-accent)' },
      }),
    }),
  },
});

/** Mantine's own surfaces, texts and borders follow the tokens, in both schemes. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--cf-surface)',
    '--mantine-color-text': 'var(--cf-text)',
    '--mantine-color-dimmed': 'var(--cf-muted)',
    '--mantine-color-placeholder': 'var(--cf-muted)',
    '--mantine-color-default': 'var(--cf-surface)',
    '--mantine-color-default-color': 'var(--cf-text)',
    '--mantine-color-default-hover': 'var(--cf-sunken)',
    '--mantine-color-default-border': 'var(--cf-line-strong)',
    '--mantine-color-error': 'var(--cf-stop-text)',
    '--mantine-color-anchor': 'var(--cf-text)',
  };
  return { variables: {}, light: shared, dark: shared };
};
