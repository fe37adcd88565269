import { nextTick, reactive } from 'vue';

/** The fields that a person fills in; the values are the ids of their inputs. */
const FIELDS = ['mobile', 'captcha', 'sms-code'] as const;
export type Field = (typeof FIELDS)[number];

/** What is wrong with which field, and whether somebody has come to it yet. */
export function useFields() {
  const errors = reactive<Record<Field, string>>({ mobile: '', captcha: '', 'sms-code': '' });
  /** Fields that something was typed into: nobody is told off in red for what they have not come to yet. */
  const typedIn = reactive<Record<Field, boolean>>({ mobile: false, captcha: false, 'sms-code': false });

  function clearErrors() {
    for (const field of FIELDS) errors[field] = '';
  }

  async function focusOn(field: Field, select = false) {
    await nextTick();
    const input = document.getElementById(field) as HTMLInputElement | null;
    input?.focus();
    if (select) input?.select();
  }

  return {
    errors,
    typedIn,
    clearErrors,
    focusOn,
    typed(field: Field) {
      typedIn[field] = true;
      errors[field] = '';
    },
    /** Shows what is wrong and takes the person to the first of it. */
    pointOut(wrong: Partial<Record<Field, string>>): boolean {
      clearErrors();
      Object.assign(errors, wrong);
      const first = FIELDS.find((field) => wrong[field]);
      if (first) void focusOn(first);
      return first !== undefined;
    },
    forgetTyping() {
      for (const field of FIELDS) typedIn[field] = false;
    },
  };
}
