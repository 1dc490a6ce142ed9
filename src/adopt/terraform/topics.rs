//! Topics: Terraform has resources for their policies and subscriptions, the policy one block.

use super::body::Level;
use super::table;
use super::translator::{Here, Iterator, Resource, Translator};
use super::trivia::{Item, Items};
use crate::kinds;
use crate::model::Value;
use crate::policy::eval;

impl<'a> Translator<'a> {
    /// Adds what resources of their own say about a topic.
    pub(super) fn topic_parts(&mut self, topic: &Resource<'a>, items: &mut Items) {
        for part in self.parts_of(&topic.id) {
            let lead = self.comments_above(part.id.unit, part.text, eval::range_of(&part.block.ident).start);
            let here = Here { computes: true, own: Some(topic.id.clone()), ..Here::of(&part) };
            if part.id.kind.ends_with("_policy") {
                if let Some(policy) = part.block.body.get_attribute("policy").filter(|_| self.goes_along(&part, &topic.id)) {
                    let text = self.expression(&policy.value, &here);
                    items.items.push(Item { lead: format!("\n{lead}"), text: format!("policy = {text}"), tail: String::new() });
                    self.translated += 1;
                } else {
                    self.leave_out_resource(&part, "it is not there as often as its topic is");
                }
                continue;
            }
            match self.instances_of(&part, topic) {
                Ok(instances) => {
                    for iterators in instances {
                        let here = Here { iterators, ..here.clone() };
                        let text = self.subscription(&part, &here);
                        items.items.push(Item { lead: format!("\n{lead}"), text, tail: String::new() });
                    }
                    self.translated += 1;
                }
                Err(why) => self.leave_out_resource(&part, why),
            }
        }
    }

    fn subscription(&mut self, part: &Resource<'a>, here: &Here) -> String {
        let Some(spec) = kinds::spec(table::TOPIC) else { return String::new() };
        let level = Level { resource: part, spec, table: "subscription".to_owned(), at: String::new(), is_quiet: false };
        let mut items = self.items(part.block, &level, here);
        items.items.retain(|item| !item.text.starts_with("topic_arn "));
        if let Some(first) = items.items.first_mut() {
            first.lead.clear();
        }
        items.block("subscription")
    }

    /// The iterators of each of the subscriptions that a resource stands for within one block of its topic.
    fn instances_of(&mut self, part: &Resource<'a>, topic: &Resource<'a>) -> Result<Vec<Vec<Iterator>>, String> {
        if self.goes_along(part, &topic.id) {
            return Ok(vec![Vec::new()]);
        }
        let unknown = || "how many there are is not known offline: use `--from-state`".to_owned();
        if self.each_of(topic).is_some() {
            return Err("it is not there as often as its topic is: give the topic a block of its own for each".to_owned());
        }
        let here = Here::of(part);
        if let Some(count) = part.block.body.get_attribute("count") {
            let number = self.constant(&count.value, &here).and_then(|value| value.as_i64()).ok_or_else(unknown)?;
            let index = |at: i64| vec![Iterator { name: "count".to_owned(), key: Value::from(at), value: Value::from(at) }];
            return Ok((0..number.clamp(0, 1000)).map(index).collect());
        }
        let each = |key: Value, value: Value| vec![Iterator { name: "each".to_owned(), key, value }];
        let value = part.block.body.get_attribute("for_each").and_then(|of| self.constant(&of.value, &here));
        match value {
            Some(Value::Map(map)) => Ok(map.into_iter().map(|(key, value)| each(Value::from(key), value)).collect()),
            Some(Value::Set(items)) => Ok(items.into_iter().map(|item| each(item.clone(), item)).collect()),
            _ => Err(unknown()),
        }
    }
}
