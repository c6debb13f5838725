//! The terms of a one-time code in a body: their schemas and their reader, shared by two creates.

use crate::{
    fault::{Faults, Place},
    fields::Fields,
    schemas::BooleanOrText,
};
use acredita_domain::{
    actor::{Actor, NotReachable},
    otp::{Channel, Delivery, Destination, SecondFactor},
};
use utoipa::ToSchema;

crate::schema_of_names! {
    /// Second factors.
    TwoFactorType as "TwoFactorType": SecondFactor
}

/// The way a code is delivered.
#[derive(ToSchema)]
#[schema(as = Channel)]
pub struct ChannelBody {
    /// The medium.
    pub r#type: ChannelType,
    /// Whether the caller delivers the code. Default: false.
    #[schema(value_type = Option<BooleanOrText>)]
    pub external: Option<bool>,
}

crate::schema_of_names! {
    /// Media that a code is delivered by.
    ChannelType as "ChannelType": Channel
}

/// Something of the actor that a code needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    DocumentNumber,
    Email,
    Msisdn,
}

impl Needed {
    /// Its pointer.
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::DocumentNumber => "/actor/identity_document/document_number",
            Self::Email => "/actor/email",
            Self::Msisdn => "/actor/msisdn",
        }
    }
}

/// Where the terms are, and where it is reported that the actor lacks something that they need.
#[derive(Clone, Copy)]
pub struct OtpFields<'a> {
    pub fields: &'a Fields<'a>,
    /// The name of the second factor's field.
    pub second_factor: &'static str,
    /// The place and the problem of something that is asked for by the field at a place, and which the actor lacks.
    pub lacking: fn(Needed, Place) -> (Place, &'static str),
}

/// Reads who delivers and the second factor, and checks that the actor has what both need.
pub fn read_otp(
    of: OtpFields<'_>,
    actor: Option<&Actor>,
    faults: &mut Faults,
) -> (Option<Delivery>, Option<SecondFactor>) {
    let second_factor = second_factor(of, actor, faults);
    let delivery = delivery(of, actor, faults);
    let channel = delivery.as_ref().map(Delivery::channel);
    if second_factor.zip(channel).is_some_and(|(factor, channel)| !factor.differs_from(channel)) {
        faults.add(of.fields.place(of.second_factor), "proves nothing that the channel does not");
    }
    (delivery, second_factor)
}

fn second_factor(of: OtpFields<'_>, actor: Option<&Actor>, faults: &mut Faults) -> Option<SecondFactor> {
    let factor: SecondFactor = of.fields.name(of.second_factor, faults)?;
    let asked = of.fields.place(of.second_factor);
    let document_number = actor.and_then(|actor| actor.identity_document.as_ref()?.document_number.as_ref());
    match factor {
        SecondFactor::DocumentNumber | SecondFactor::PersonalDocumentImage => {
            of.require(Needed::DocumentNumber, asked, actor.is_none() || document_number.is_some(), faults);
        }
        SecondFactor::Email => {
            of.require(Needed::Email, asked, actor.is_none_or(|actor| actor.email.is_some()), faults);
        }
    }
    Some(factor)
}

fn delivery(of: OtpFields<'_>, actor: Option<&Actor>, faults: &mut Faults) -> Option<Delivery> {
    if !of.fields.has("channel") {
        of.fields.missing("channel", faults);
    }
    let fields = of.fields.object("channel", faults)?;
    let channel: Option<Channel> = fields.required_name("type", faults);
    let external = fields.boolean_or_text("external", faults).unwrap_or(false);
    let channel = channel?;
    let destination = Destination::of(actor?, channel);
    let needed = if channel == Channel::Email { Needed::Email } else { Needed::Msisdn };
    let has_it = destination.is_some() || (external && channel != Channel::Email);
    of.require(needed, fields.place("type"), has_it, faults);
    if external { Some(Delivery::External(channel)) } else { reachable(destination?, faults).map(Delivery::Sent) }
}

/// The destination as it is sent to. A number that is only kept is not judged.
fn reachable(destination: Destination, faults: &mut Faults) -> Option<Destination> {
    let judged = destination.canonical();
    if let Err(why) = &judged {
        let field = match why {
            NotReachable::CountryCode => "country_code",
            NotReachable::Number | NotReachable::Service => "phone_number",
        };
        faults.add(Place::Body(format!("{}/{field}", Needed::Msisdn.pointer())), why.problem());
    }
    judged.ok()
}

impl OtpFields<'_> {
    /// Reports what the actor lacks, unless it is present and already known to be wrong.
    fn require(&self, needed: Needed, asked: Place, is_there: bool, faults: &mut Faults) {
        if !is_there && !faults.has_at_or_below(needed.pointer()) {
            let (place, problem) = (self.lacking)(needed, asked);
            faults.add(place, problem);
        }
    }
}
