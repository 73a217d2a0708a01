/* What was chosen: boxes in all shapes, numbers, words; and lists that nobody answered. */
#include "madoguchi/report/form-choice.h"

#include "madoguchi/report/form-line.h"

#include <string.h>

static GPtrArray *
choices_new (const char *const *words)
{
  GPtrArray *choices = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_form_choice_free);

  for (gsize i = 0; words[i] != NULL; i++) {
    MadoFormChoice *choice = mado_form_choice_new ();
    choice->words = g_strsplit (words[i], "|", -1);
    choice->folded = g_strdupv (choice->words);
    for (gsize w = 0; choice->words[w] != NULL; w++) {
      g_free (choice->folded[w]);
      choice->folded[w] = mado_form_fold (choice->words[w], strlen (choice->words[w]));
    }
    g_ptr_array_add (choices, choice);
  }
  return choices;
}

static const char *const purposes[] = { "情報提供|information", "質問|question", "関係サイトへの連絡を希望|contact", NULL };

/* chosen: bits, the first choice is 1 */
static const struct {
  const char *value;
  guint chosen;
} single[] = {
  { "■情報提供 □質問 □関係サイトへの連絡を希望", 1 },
  { "□情報提供\n■質問\n□関係サイトへの連絡を希望", 2 },
  { "☐情報提供 ☑質問 ☐関係サイトへの連絡を希望", 2 },
  { "[ ] information [x] question [ ] contact", 2 },
  { "[] information [*] question", 2 },
  { "( ) information\n( ) question\n(○) contact", 4 },
  { "［　］情報提供 ［レ］質問", 2 },
  { "○情報提供 ●質問 ○関係サイトへの連絡を希望", 2 },
  { "○2: 質問", 2 },
  { "1: 情報提供 ○2: 質問 3: 関係サイトへの連絡を希望", 2 },
  { "レ 情報提供", 1 },
  { "information [ ]\nquestion [x]\ncontact [ ]", 2 },
  { "1: 情報提供 2: 質問 3: 関係サイトへの連絡を希望\n[ 3 ]", 4 },
  { "1: 情報提供 2: 質問 3: 関係サイトへの連絡を希望\n→ ２", 2 },
  { "1: 情報提供 2: 質問 3: 関係サイトへの連絡を希望\n回答: ③", 4 },
  { "1: 情報提供\n2: 質問\n3: 関係サイトへの連絡を希望\n質問", 2 },
  { "2", 2 }, { "2番", 2 }, { "３", 4 }, { "質問", 2 }, { "2: 質問", 2 }, { "Contact please", 4 },
  { "1: 情報提供 2: 質問 3: 関係サイトへの連絡を希望", 0 },
  { "1: 情報提供\n2: 質問\n3: 関係サイトへの連絡を希望", 0 },
  { "□情報提供 □質問 □関係サイトへの連絡を希望", 0 },
  { "■情報提供\n■質問\n■関係サイトへの連絡を希望", 0 },
  { "○情報提供 ○質問 ○関係サイトへの連絡を希望", 0 },
  { "[x] information [x] question [ ] contact", 0 },
  { "1, 2", 0 }, { "7", 0 }, { "12 hosts", 0 }, { "", 0 }, { "よくわかりません", 0 }, { "レポート", 0 },
};

static void
test_single (void)
{
  g_autoptr (GPtrArray) choices = choices_new (purposes);

  for (gsize i = 0; i < G_N_ELEMENTS (single); i++) {
    g_test_message ("%s", single[i].value);
    g_assert_cmpuint (mado_form_choose (single[i].value, choices, FALSE), ==, single[i].chosen);
  }
}

static void
test_many (void)
{
  static const char *const kinds[] = { "スキャン", "不正侵入", "AMBER", "AMBER+STRICT", NULL };
  g_autoptr (GPtrArray) choices = choices_new (kinds);

  g_assert_cmpuint (mado_form_choose ("■スキャン ■不正侵入 □AMBER", choices, TRUE), ==, 3);
  g_assert_cmpuint (mado_form_choose ("■スキャン ■不正侵入", choices, TRUE), ==, 3);
  g_assert_cmpuint (mado_form_choose ("1, 2", choices, TRUE), ==, 3);
  g_assert_cmpuint (mado_form_choose ("[x] AMBER+STRICT [ ] AMBER", choices, TRUE), ==, 8);
  g_assert_cmpuint (mado_form_choose ("TLP:AMBER+STRICT", choices, TRUE), ==, 8);
}

static void
test_ticked (void)
{
  g_autofree char *one = mado_form_choice_ticked ("■自社内　　□その他"), *two = mado_form_choice_ticked ("[x] a b\n[ ] c\n[x] d");
  g_autofree char *none = mado_form_choice_ticked ("□自社内　□その他"), *bullets = mado_form_choice_ticked ("■a\n■b"), *plain = mado_form_choice_ticked ("a");

  g_assert_cmpstr (one, ==, "自社内");
  g_assert_cmpstr (two, ==, "a b; d");
  g_assert_null (none);
  g_assert_null (bullets);
  g_assert_null (plain);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/form-choice/single", test_single);
  g_test_add_func ("/report/form-choice/many", test_many);
  g_test_add_func ("/report/form-choice/ticked", test_ticked);
  return g_test_run ();
}
