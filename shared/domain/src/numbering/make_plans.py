#!/usr/bin/env python3
"""Writes plans.txt and vectors.txt from the metadata of libphonenumber, as the package `phonenumbers` carries it.

    pip install phonenumbers==9.0.43 && python3 make_plans.py

plans.txt has a line for each country of each calling code, the main country first, in the order in which libphonenumber
looks a number's country up. Its fields, separated by blanks, `-` where there is none:

    calling code, country (ISO 3166-1), lengths, national prefix, its transformation, leading digits, general pattern,
    numbers that people have phones with, numbers that they do not

The last two are the patterns of libphonenumber's types, joined: a number of the last kind is refused whatever else it is.
vectors.txt says what libphonenumber itself makes of a sample of numbers, for the test of the reader.
"""

import pathlib
import random
import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberType

HERE = pathlib.Path(__file__).parent
PHONES = ["mobile", "fixed_line", "voip"]
OTHERS = ["premium_rate", "toll_free", "shared_cost", "personal_number", "pager", "uan", "voicemail"]
TYPES = {
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
}
# A sample for each country and for each of its patterns.
SAMPLE = 2


def metadata(code, region):
    if region == "001":
        return PhoneMetadata.metadata_for_nongeo_region(code)
    return PhoneMetadata.metadata_for_region(region)


def pattern(description):
    return description.national_number_pattern if description is not None else None


def joined(plan, names):
    patterns = list(dict.fromkeys(filter(None, (pattern(getattr(plan, name)) for name in names))))
    return "|".join(patterns) or "-"


def lengths(plan):
    return ",".join(str(length) for length in plan.general_desc.possible_length if length > 0) or "-"


def line(code, region, plan):
    # A code without a country (satellites, premium services …) has no phones that we send to.
    phones = "-" if region == "001" else joined(plan, PHONES)
    fields = [
        str(code),
        region,
        lengths(plan),
        plan.national_prefix_for_parsing or "-",
        plan.national_prefix_transform_rule or "-",
        plan.leading_digits or "-",
        pattern(plan.general_desc) or "-",
        phones,
        joined(plan, OTHERS),
    ]
    assert all(field and " " not in field and field.isascii() for field in fields), fields
    return " ".join(fields)


def judged(code, national):
    """What the reader has to say: country and E.164 form, or nothing."""
    try:
        number = phonenumbers.parse(f"+{code}{national}", None)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != code:
        return None
    region = phonenumbers.region_code_for_number(number)
    if region in (None, "001") or not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) not in TYPES:
        return None
    return region, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def samples(code, region, plan, dice):
    examples = [getattr(plan, name) for name in PHONES + OTHERS]
    for example in filter(None, (description.example_number for description in examples if description is not None)):
        yield example
        prefix = plan.national_prefix or "0"
        yield prefix + example
        yield "00" + example
        yield str(code) + example
        yield example + "0"
        yield example[:-1]
        for _ in range(SAMPLE):
            kept = dice.randrange(len(example))
            yield example[:kept] + "".join(dice.choice("0123456789") for _ in example[kept:])


def main():
    dice = random.Random(4711)
    plans, vectors = [], []
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        for region in regions:
            plan = metadata(code, region)
            plans.append(line(code, region, plan))
            for national in samples(code, region, plan, dice):
                is_phone = judged(code, national)
                vectors.append(f"{code} {national} " + (" ".join(is_phone) if is_phone else "-"))
    head = (
        f"# Made by make_plans.py from the metadata of libphonenumber {phonenumbers.__version__} (Apache-2.0; see NOTICE)."
        " Never edited by hand.\n"
    )
    (HERE / "plans.txt").write_text(head + "\n".join(plans) + "\n")
    kept = list(dict.fromkeys(vectors))
    (HERE / "vectors.txt").write_text(head + "\n".join(kept) + "\n")
    print(len(plans), "countries,", len(kept), "vectors")


main()
